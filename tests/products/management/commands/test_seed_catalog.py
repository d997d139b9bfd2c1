"""`manage.py seed_catalog`."""

import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from products.exchange import seeding
from products.exchange.seed_shop import Shop
from products.models import Product
from tests.factories.products import ProductFactory

pytestmark = pytest.mark.django_db


def test_it_adds_so_many_products(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_catalog", products=12, seed=3)
    assert Product.objects.count() == 12
    assert capsys.readouterr() == ("Added 12 products of seed 3.\n", "")


def test_numbers_may_come_as_arguments() -> None:
    call_command("seed_catalog", "--products", "2")
    assert Product.objects.filter(external_id__startswith="seed-1-").count() == 2


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "100000001"])
@pytest.mark.parametrize("option", ["--products", "--seed"])
def test_other_arguments_are_refused(option: str, number: str) -> None:
    with pytest.raises(CommandError, match="is not a number from 1 to 100,000,000"):
        call_command("seed_catalog", option, number)


def test_the_same_command_again_adds_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_catalog", products=3)
    call_command("seed_catalog", products=5)
    assert capsys.readouterr().out.splitlines()[1] == "Added 2 products of seed 1. 3 were there already."
    assert Product.objects.count() == 5


def test_a_key_that_is_taken_is_exit_2_and_says_what_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "BATCH", 4)
    ProductFactory(slug=Shop(1).product(9)["slug"])
    with pytest.raises(CommandError, match=r"^Stopped after 8 products, which stay: .*slug already exists") as error:
        call_command("seed_catalog", products=20)
    assert error.value.returncode == 2
    assert Product.objects.count() == 9


def test_a_key_that_is_taken_at_once_is_exit_2_and_nothing_is_added() -> None:
    ProductFactory(slug=Shop(1).product(3)["slug"])
    with pytest.raises(CommandError, match=r"Nothing was added: .*slug already exists") as error:
        call_command("seed_catalog", products=5)
    assert error.value.returncode == 2
    assert Product.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "65", "x"])
def test_workers_are_some(number: str) -> None:
    with pytest.raises(CommandError, match="is not a number from 1 to 64"):
        call_command("seed_catalog", "--workers", number)


def test_a_database_that_is_lost_is_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**options: Any) -> None:
        raise OperationalError("server closed the connection\nDETAIL: secret")

    monkeypatch.setattr(seeding, "create_products", lose)
    with pytest.raises(CommandError, match=r"The database failed: server closed the connection$") as error:
        call_command("seed_catalog", products=1)
    assert error.value.returncode == 2


def test_progress_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    call_command("seed_catalog", products=3)
    assert "100%" in capsys.readouterr().err
