"""What the server refuses by itself; tests/contract/test_server.py shows how it tells so."""

from types import SimpleNamespace

import pytest
from gunicorn.http.errors import InvalidHeader

from catalog_project.server import check_head


def check(path: str = "/", **headers: str) -> None:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    check_head(SimpleNamespace(path=path, headers=named))


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "localhost:65535", "[::1]", "[::1]:8000", "a:b"])
def test_a_host_is_passed_on_to_django(host: str) -> None:
    check(HOST=host)


@pytest.mark.parametrize("host", ["localhost:65536", "localhost:999999999999", "localhost:" + "9" * 5000])
def test_a_port_that_does_not_exist_is_refused(host: str) -> None:
    with pytest.raises(InvalidHeader):
        check(HOST=host)


def test_a_request_without_host_is_refused() -> None:
    with pytest.raises(InvalidHeader):
        check(ACCEPT="*/*")


@pytest.mark.parametrize("path", ["/livez", "/readyz/", "/health", "/metrics"])
def test_probes_need_no_host(path: str) -> None:
    check(path)


def test_a_length_beyond_all_numbers_is_refused() -> None:
    check(HOST="localhost", CONTENT_LENGTH="9" * 18)
    with pytest.raises(InvalidHeader):
        check(HOST="localhost", CONTENT_LENGTH="9" * 19)
