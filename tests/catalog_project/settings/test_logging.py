import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import path

from catalog_project.observability.logs import JSONFormatter
from catalog_project.settings.logging import LOGGING, log_level


def fail(_: HttpRequest) -> HttpResponse:
    raise ValueError("no such shop")


urlpatterns = [path("fail/", fail), path("busy/", lambda _: HttpResponse(status=503))]


@pytest.mark.parametrize(("value", "level"), [("debug", "DEBUG"), ("Warning", "WARNING"), ("ERROR", "ERROR")])
def test_the_level_is_read_from_the_environment(monkeypatch, value: str, level: str) -> None:
    monkeypatch.setenv("LOG_LEVEL", value)
    assert log_level() == level


def test_an_unknown_level_is_refused_by_name_and_without_its_value(monkeypatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "chatty")
    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL must be one of") as refusal:
        log_level()
    assert "chatty" not in str(refusal.value)


def test_all_lines_come_out_as_json_in_one_place() -> None:
    (handler,) = LOGGING["root"]["handlers"]
    assert LOGGING["handlers"][handler]["formatter"] == "json"
    assert LOGGING["formatters"]["json"]["()"] == f"{JSONFormatter.__module__}.{JSONFormatter.__name__}"


@pytest.mark.urls(__name__)
def test_an_exception_is_logged_once_with_its_trace(client, caplog) -> None:
    client.raise_request_exception = False
    client.get("/fail/")
    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert "no such shop" in str(record.exc_info)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("path", ["/busy/", "/nowhere/"])
def test_an_answer_is_told_by_its_access_line_alone(client, caplog, path: str) -> None:
    caplog.set_level(logging.DEBUG)
    client.get(path)
    assert {record.name for record in caplog.records} == {"catalog.access"}


@pytest.mark.urls(__name__)
def test_a_host_of_a_clients_invention_is_told_by_the_access_line_alone(client, caplog) -> None:
    client.get("/busy/", headers={"host": "evil.example"})
    assert [(record.name, record.status) for record in caplog.records] == [("catalog.access", 400)]
