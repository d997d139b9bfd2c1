"""The ceiling: what the same gunicorn can serve at all. A bare WSGI function that answers bytes from memory.

The bytes are the service's own answers, collected before the run, by address.
"""

import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BODIES: dict[str, bytes] = pickle.loads(Path(os.environ["BENCHMARK_BODIES"]).read_bytes())


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The bytes at this address."""
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    body = BODIES[f"{path}?{query}" if query else path]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
