from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from products.models import Listing, ListingCount
from tests.factories.products import ProductFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = StringIO()
    call_command("rebuild_search", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_check_of_a_sound_catalog_passes() -> None:
    ProductFactory()
    assert "as the tables say" in run("--check")


def test_a_check_names_what_differs_and_fails() -> None:
    made = ProductFactory()
    Listing.objects.all().delete()
    out = StringIO()
    with pytest.raises(CommandError, match="1 products are listed otherwise"):
        call_command("rebuild_search", "--check", stdout=out)
    assert out.getvalue() == f"product {made.pk}: missing\n"


def test_a_check_names_twenty_and_counts_all() -> None:
    ProductFactory.create_batch(22)
    Listing.objects.all().delete()
    out = StringIO()
    with pytest.raises(CommandError, match="22 products"):
        call_command("rebuild_search", "--check", stdout=out)
    assert out.getvalue().count("missing") == 20


@pytest.mark.postgres
def test_a_check_finds_counts_that_are_wrong() -> None:
    ProductFactory()
    ListingCount.objects.all().delete()
    with pytest.raises(CommandError, match=r"^1 kinds of them are counted otherwise"):
        run("--check")
    run()
    run("--check")


def test_only_what_is_missing_can_be_listed() -> None:
    _, lost = ProductFactory.create_batch(2)
    Listing.objects.filter(pk=lost.pk).delete()
    assert run("--missing") == "1 products listed anew.\n"
    assert run("--missing") == "0 products listed anew.\n"
    run("--check")


def test_it_mends_what_a_check_finds() -> None:
    ProductFactory.create_batch(2)
    Listing.objects.all().delete()
    assert run() == "2 products listed anew.\n"
    run("--check")
