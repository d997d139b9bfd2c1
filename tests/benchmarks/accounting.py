"""What a server costs: processor time and memory of a process with all its descendants, read from /proc (Linux).

Each process counts its own time and the time of the children that it has waited for. Summed over the living tree that
gives the time of all that ever lived in it: a worker that dies passes its time on to its parent. The kernel shows time
in ticks of 10 ms for each process, which is within 1 % over rounds of seconds.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


class Stat(NamedTuple):
    """One process: who started it, and its time with that of its buried children in seconds."""

    parent: int
    seconds: float


class Memory(NamedTuple):
    """Megabytes of one process: all that it maps, and its share when shared pages are split among their users."""

    resident: float
    proportional: float


def cpu_seconds(root: int) -> float:
    """Processor time that the process and all its descendants, living and dead, have used so far."""
    stats = dict(_stats())
    return sum(stats[pid].seconds for pid in _tree(root, stats))


def descendants(root: int) -> list[int]:
    """The living processes below this one, without itself."""
    return [pid for pid in _tree(root, dict(_stats())) if pid != root]


def memory(pid: int) -> Memory:
    """What a process holds now."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(kilobytes["Rss"] / 1000, kilobytes["Pss"] / 1000)


def _stats() -> Iterator[tuple[int, Stat]]:
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            try:
                yield int(folder.name), _read(folder / "stat")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended


def _read(path: Path) -> Stat:
    # the second field is the command's name in parentheses, which may itself hold blanks and parentheses
    fields = path.read_text().rpartition(")")[2].split()
    state_at = 2  # fields are counted from 0 in the file, and the rest begins with the third
    parent, *times = (int(fields[index - state_at]) for index in (3, 13, 14, 15, 16))
    return Stat(parent, sum(times) * TICK_SECONDS)


def _tree(root: int, stats: dict[int, Stat]) -> list[int]:
    if root not in stats:
        raise ProcessLookupError(f"process {root} has ended")
    found = [root]
    for pid in found:  # grows while it is walked
        found += [child for child, stat in stats.items() if stat.parent == pid]
    return found
