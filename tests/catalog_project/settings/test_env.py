"""Rates, and what a DATABASE_URL may not say."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from catalog_project.settings import env
from catalog_project.settings.env import Rate, rate

NAME = "RATE_LIMIT_READ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10/15m", Rate(10, 900)),
        ("600/m", Rate(600, 60)),
        ("5/S", Rate(5, 1)),
        ("1/30d", Rate(1, 2_592_000)),
        (" 1000/2h ", Rate(1000, 7200)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_a_rate_is_a_number_in_a_period_or_off(monkeypatch: pytest.MonkeyPatch, text: str, expected: Rate) -> None:
    monkeypatch.setenv(NAME, text)
    assert rate(NAME, "off") == expected


@pytest.mark.parametrize(
    "text",
    ["10", "10/", "/m", "0/m", "-1/m", "10/0m", "10/m15", "1.5/m", "10/31d", "10/15w", "ten/m", "none", "٣/m", ""],
)
def test_anything_else_stops_the_start_and_names_the_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME} must be a number and a period"):
        rate(NAME, "off")


@pytest.mark.parametrize("parameter", ["pool=true", "isolation_level=4"])
def test_what_is_ours_to_set_is_refused(monkeypatch, parameter: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://somebody@db.example.org/catalog?{parameter}")
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL must not hold"):
        env.database(threads=4, patience=2)


def test_a_lost_connection_is_given_up_at_once(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db.example.org/catalog")
    pool = env.database(threads=4, patience=2)["OPTIONS"]["pool"]
    assert (pool["timeout"], pool["reconnect_timeout"]) == (2, 0)
