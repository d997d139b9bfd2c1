"""What the services refuse, on its way to a form."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from catalog_project.errors import Conflict, Fault
from products.admin.refusals import Refusals, Refused, faults_of, sentence_of
from products.models import Brand
from tests.factories.products import BrandFactory


def test_a_refusal_without_a_place_is_still_one_fault() -> None:
    assert faults_of(Conflict("No.", code="last_variant")) == [Fault("last_variant", "No.")]


def test_what_the_database_refuses_becomes_a_sentence(db: None) -> None:
    BrandFactory(slug="taken")
    with pytest.raises(IntegrityError) as refused:
        BrandFactory(slug="taken")
    assert sentence_of(refused.value) == "A brand with this slug already exists."


def test_what_is_in_use_says_no_more_than_that() -> None:
    assert sentence_of(ProtectedError("secret table", set())) == "It is in use and cannot be deleted."


def test_anything_else_is_no_refusal() -> None:
    with pytest.raises(KeyError):
        faults_of(KeyError())


def test_refusals_are_gathered_with_their_places_and_undone_one_by_one(db: None) -> None:
    refusals = Refusals()
    for number in range(2):
        with refusals.below(f"/variants/{number}"):
            BrandFactory(slug=f"brand-{number}")
            raise Conflict("No.", faults=[Fault("duplicate", "Taken.", "/sku")])
    with refusals.below("/variants/2"):
        BrandFactory(slug="kept")
    assert [fault.pointer for fault in refusals.faults] == ["/variants/0/sku", "/variants/1/sku"]
    assert list(Brand.objects.values_list("slug", flat=True)) == ["kept"]
    with pytest.raises(Refused):
        refusals.raise_any()


def test_nothing_refused_raises_nothing() -> None:
    assert Refusals().raise_any() is None
