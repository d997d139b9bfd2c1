"""Measures the service beside what else one might have taken: `make bench`, or `python -m tests.benchmarks --help`.

docs/benchmarks.md tells the method.
"""

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks import options, report, servers
from tests.benchmarks.contestants import Backing
from tests.benchmarks.load import BrokenAnswerError, WrongAnswerError
from tests.benchmarks.rounds import NothingAnsweredError
from tests.benchmarks.run import measure
from tests.benchmarks.sameness import DifferentBodiesError
from tests.benchmarks.servers import CannotStartError

ENDS_THE_RUN = (BrokenAnswerError, CannotStartError, DifferentBodiesError, NothingAnsweredError, WrongAnswerError)


def main(words: Sequence[str]) -> int:
    """Run; the exit status is 1 where something did not work or answered wrongly."""
    wanted = options.read(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("benchmark: stopped"))  # unwinds, so that no server stays behind
    try:
        with backing(wanted.data) as behind:
            parts = list(measure(wanted, behind))
    except ENDS_THE_RUN as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    results = report.tell(parts)
    print(results)
    if wanted.write:
        report.write(wanted.write, results)
    return 1 if any(part.errors for part in parts) else 0


@contextmanager
def backing(data: Path | None) -> Iterator[Backing]:
    """PostgreSQL and Redis of the run. The database stays where `data` names a folder; everything else goes."""
    with tempfile.TemporaryDirectory(prefix="catalog-benchmark-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        database = stack.enter_context(servers.postgres(data.resolve() if data else folder))
        yield Backing(database, stack.enter_context(servers.redis(folder)), folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
