"""One served catalog with a manager, for the tests that speak to it over HTTP."""

from collections.abc import Iterator

import pytest

from tests.live import PASSWORD, Manager, employ_manager, serve

__all__ = ["PASSWORD", "Manager"]


@pytest.fixture(scope="session")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    """A manager of a served catalog."""
    with serve(tmp_path_factory.mktemp("contract")) as live:
        # Pages need the files that they name.
        live.manage("collectstatic", "--noinput", "--verbosity", "0")
        live.stop()
        live.start()
        yield employ_manager(live)
