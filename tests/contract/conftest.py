"""One served catalog with a manager, for the tests that speak to it over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

import orjson
import pytest

from tests.live import Live, serve

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Manager:
    """Somebody who may do everything."""

    live: Live
    username: str
    password: str

    def token(self) -> str:
        """A fresh access token."""
        body = orjson.dumps({"username": self.username, "password": self.password})
        request = Request(f"{self.live.url}/api/v1/auth/token/", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as response:
            return str(orjson.loads(response.read())["access"])


@pytest.fixture(scope="session")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    """A manager of a served catalog."""
    with serve(tmp_path_factory.mktemp("contract")) as live:
        live.manage("create_staff", "manager", "--role", "catalog_manager", "--password-stdin", stdin=PASSWORD)
        yield Manager(live, "manager", PASSWORD)
