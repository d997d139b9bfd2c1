import json
import logging
import re
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from catalog_project.health import PROBES
from catalog_project.observability.logs import PROBE_ROUTES, AccessLogMiddleware, JSONFormatter, unquoted
from catalog_project.observability.request_id import RequestIDMiddleware


def line(message: str = "hello", *args: Any, exc_info: Any = None, **extra: Any) -> str:
    record = logging.getLogger("shop").makeRecord(
        "shop", logging.WARNING, __file__, 1, message, args, exc_info, extra=extra
    )
    return JSONFormatter().format(record)


def fields(*args: Any, **kwargs: Any) -> dict[str, Any]:
    return json.loads(line(*args, **kwargs))


def test_a_record_is_one_object_with_the_fields_that_operators_search() -> None:
    found = fields("sold %d", 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found.pop("time"))
    assert found == {"level": "WARNING", "logger": "shop", "message": "sold 3"}


def test_extra_fields_stand_beside_the_others() -> None:
    assert fields(sku="TB-RED", count=2)["sku"] == "TB-RED"


def test_an_extra_field_cannot_pass_itself_off_as_the_level() -> None:
    assert fields(level="DEBUG")["level"] == "WARNING"


@pytest.mark.parametrize("intruder", ["\n", "\r", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\0"])
def test_no_text_can_forge_a_second_line_or_command_a_terminal(intruder: str) -> None:
    text = line(f"a{intruder}b")
    assert text.isprintable()
    assert text.splitlines() == [text]
    assert json.loads(text)["message"] == f"a{intruder}b"


def test_names_in_every_script_stay_readable() -> None:
    assert "Rucksäcke 背包" in line("Rucksäcke 背包")


@pytest.mark.parametrize("odd", ["\udc80", 2**70, {1: object()}, {1, 2}, float("nan")])
def test_a_value_that_json_does_not_know_does_not_lose_the_line(odd: object) -> None:
    assert fields(odd=odd)["message"] == "hello"


def test_an_exception_with_its_trace_is_one_field() -> None:
    try:
        int("bad sku")
    except ValueError:
        found = fields(exc_info=sys.exc_info())
    assert found["exception"].startswith("Traceback")
    assert found["exception"].endswith("base 10: 'bad sku'")


def test_the_request_that_django_attaches_is_left_out() -> None:
    assert "secret" not in line(request=RequestFactory().get("/?token=secret"))


def test_lines_written_while_serving_carry_the_request_id() -> None:
    written = []
    middleware = RequestIDMiddleware(lambda _: written.append(fields()) or HttpResponse())
    middleware(RequestFactory(headers={"X-Request-ID": "mine"}).get("/"))
    assert written[0]["request_id"] == "mine"


# --- One line a request


def record_of(caplog: pytest.LogCaptureFixture, request: HttpRequest, *, status: int = 200) -> logging.LogRecord:
    with caplog.at_level(logging.DEBUG, logger="catalog.access"):
        AccessLogMiddleware(lambda _: HttpResponse(status=status))(request)
    (record,) = [record for record in caplog.records if record.name == "catalog.access"]
    return record


def test_a_request_is_logged_with_what_was_asked_and_what_was_answered(caplog) -> None:
    record = record_of(caplog, RequestFactory().get("/shop/7/"), status=404)
    assert record.getMessage() == "GET /shop/7/ 404"
    assert (record.method, record.path, record.status, record.client) == ("GET", "/shop/7/", 404, "127.0.0.1")
    assert record.route is None
    assert record.duration_ms >= 0


def test_a_real_request_is_logged_under_its_route(client, caplog) -> None:
    with caplog.at_level(logging.DEBUG, logger="catalog.access"):
        client.get("/livez")
    assert [record.route for record in caplog.records] == ["/livez"]


def test_secrets_of_a_request_are_not_logged(caplog) -> None:
    factory = RequestFactory(headers={"Authorization": "Bearer secret", "Cookie": "sessionid=secret"})
    record = record_of(caplog, factory.post("/?token=secret", {"password": "secret"}, content_type="application/json"))
    assert "secret" not in JSONFormatter().format(record)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Invalid request from ip=::1: Invalid HTTP Header: 'Cookie a'",
            "Invalid request from ip=::1: Invalid HTTP Header: …",
        ),
        ('Invalid request from ip=::1: bad line: "it\'s"', "Invalid request from ip=::1: bad line: …"),
        (
            "Ignored premature client disconnection. No more data after: b'GET'",
            "Ignored premature client disconnection. No more data after: …",
        ),
        ("Invalid request from ip=::1: too large (9 > 8)", "Invalid request from ip=::1: too large (9 > 8)"),
        ("Worker with pid 1 was terminated: 'x'", "Worker with pid 1 was terminated: 'x'"),
    ],
)
def test_what_callers_sent_to_the_server_is_not_told_again(said: str, told: str) -> None:
    assert unquoted(said) == told


def test_the_user_is_named_where_somebody_asked_for_it(caplog) -> None:
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(pk=7)
    assert record_of(caplog, request).user_id == 7


def test_the_user_of_a_session_is_not_looked_up_for_the_log(caplog) -> None:
    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(lambda: pytest.fail("the user was looked up"))
    assert record_of(caplog, request).user_id is None


def test_the_user_of_a_session_is_named_once_it_was_looked_up(caplog) -> None:
    request = RequestFactory().get("/")
    request._cached_user = SimpleNamespace(pk=7)
    request.user = SimpleLazyObject(lambda: request._cached_user)
    assert record_of(caplog, request).user_id == 7


@pytest.mark.parametrize(("status", "level"), [(200, logging.DEBUG), (403, logging.DEBUG), (503, logging.INFO)])
def test_a_probe_is_news_only_when_it_fails(caplog, status: int, level: int) -> None:
    request = RequestFactory().get("/readyz")
    request.resolver_match = PROBES["/readyz"]
    assert record_of(caplog, request, status=status).levelno == level


def test_all_probes_are_known_to_the_log() -> None:
    assert set(PROBES) == PROBE_ROUTES
