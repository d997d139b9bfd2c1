"""The shipped edge in front of a catalog: nginx with the configuration of deploy/edge/."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from tests.benchmarks.servers import ROOT, CannotStartError, free_port
from tests.faults.daemons import Daemon
from tests.faults.stand import Stand

TEMPLATE = ROOT / "deploy" / "edge" / "nginx.conf.template"


@contextmanager
def edge(stand: Stand) -> Iterator[int]:
    """An nginx before the stand's catalog, for as long as this lasts; gives its port."""
    program = shutil.which("nginx")
    if not program:
        raise CannotStartError("nginx is not installed; slow clients are the edge's business")
    port = free_port()
    text = TEMPLATE.read_text()
    for name, value in {"EDGE_LISTEN": f"127.0.0.1:{port}", "EDGE_UPSTREAM": f"127.0.0.1:{stand.port}"}.items():
        text = text.replace(f"${{{name}}}", value)
    place = stand.folder / "nginx.conf"
    place.write_text(text.replace("/tmp/nginx-edge", str(stand.folder / f"nginx-{port}")))
    command = [program, "-c", str(place), "-g", "daemon off;"]
    server = Daemon("nginx", command, stand.folder / "nginx.log", lambda: _serves(port))
    server.start()
    try:
        yield port
    finally:
        server.stop()


def _serves(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
