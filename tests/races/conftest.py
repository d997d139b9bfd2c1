"""One served catalog, two workers with four threads each, for the tests that race for a promise."""

from collections.abc import Iterator

import pytest

from tests.live import Live, employ_manager, serve
from tests.races.calling import Caller


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The catalog."""
    with serve(tmp_path_factory.mktemp("races")) as served:
        yield served


@pytest.fixture(scope="session")
def token(live: Live) -> str:
    """A manager's."""
    return employ_manager(live).token()


@pytest.fixture
def caller(live: Live, token: str) -> Caller:
    """That manager."""
    return Caller(live.url, token)
