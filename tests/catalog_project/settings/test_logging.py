import logging
import logging.config

import pytest
from django.core.exceptions import ImproperlyConfigured
from gunicorn.config import Config
from gunicorn.glogging import Logger

from catalog_project.observability.logs import JSONFormatter
from catalog_project.settings.logging import LOGGING, log_level


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


@pytest.fixture
def _gunicorn_logging():
    """Loggers as gunicorn sets them up with our configuration."""
    names = (None, "gunicorn.error", "gunicorn.access", "django", "django.server")
    before = {name: (vars(logging.getLogger(name)).copy(), logging.getLogger(name).handlers[:]) for name in names}
    config = Config()
    config.set("logconfig_dict", LOGGING)
    Logger(config)
    yield
    for name, (state, handlers) in before.items():
        vars(logging.getLogger(name)).update(state, handlers=handlers)
        logging.getLogger(name).manager._clear_cache()


@pytest.mark.usefixtures("_gunicorn_logging")
@pytest.mark.parametrize("name", ["gunicorn.error", "django", "django.server", "catalog.access"])
def test_no_logger_has_a_handler_of_its_own(name: str) -> None:
    logger = logging.getLogger(name)
    assert (logger.handlers, logger.propagate) == ([], True)


@pytest.mark.usefixtures("_gunicorn_logging")
def test_gunicorns_access_lines_go_nowhere() -> None:
    assert not logging.getLogger("gunicorn.access").hasHandlers()
