"""Keys are claimed before the effect, kept with it, and forgotten after a day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from catalog_project.api.integrity import translate
from catalog_project.errors import Conflict, DomainError
from catalog_project.idempotency import records
from catalog_project.idempotency.models import LIFETIME, Record
from catalog_project.idempotency.records import Slot, claim, keep, prune
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SLOT = Slot(1, "POST", "/api/v1/brands/", "a")
OTHERS = [
    replace(SLOT, user_id=2),
    replace(SLOT, method="PATCH"),
    replace(SLOT, path="/api/v1/categories/"),
    replace(SLOT, key="b"),
    replace(SLOT, key="A"),
]


def fill(slot: Slot = SLOT, *, age: timedelta = timedelta(0)) -> None:
    keep(slot, "hash", status=201, headers={"Location": "/x/"}, body=b"{}")
    Record.objects.filter(key=slot.key).update(created_at=timezone.now() - age)


@transaction.atomic
def claimed(slot: Slot = SLOT) -> str:
    """What became of a claim: `free`, `kept`, or the code of its refusal."""
    try:
        return "free" if claim(slot, "hash") is None else "kept"
    except DomainError as error:
        return error.error_code


def test_a_slot_is_free_until_it_is_filled() -> None:
    assert claimed() == "free"
    fill()
    record = claim(SLOT, "hash")
    assert record
    assert (record.status, record.headers, bytes(record.body)) == (201, {"Location": "/x/"}, b"{}")


@pytest.mark.parametrize("other", OTHERS)
def test_a_slot_is_that_of_one_user_method_path_and_key(other) -> None:
    fill()
    assert claimed(other) == "free"
    assert other.turn != SLOT.turn


def test_a_slot_that_another_request_has_filled_is_refused() -> None:
    fill()
    with pytest.raises(DomainError) as refused:
        claim(SLOT, "another")
    assert refused.value.error_code == "idempotency_key_reused"


@pytest.mark.parametrize(("age", "found"), [(LIFETIME - timedelta(seconds=5), "kept"), (LIFETIME, "free")])
def test_after_a_day_a_slot_is_free_again(age, found) -> None:
    fill(age=age)
    assert claimed() == found
    if found == "free":
        fill()
        assert claimed() == "kept"
        assert Record.objects.count() == 1


def test_the_database_keeps_one_record_a_slot_and_says_what_that_means() -> None:
    fill()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        fill()
    error = translate(refused.value)
    assert isinstance(error, Conflict)
    assert error.error_code == "idempotency_in_flight"


def test_numbers_of_turns_fit_into_64_bits() -> None:
    assert all(-(2**63) <= replace(SLOT, key=str(number)).turn < 2**63 for number in range(100))


def test_a_record_says_what_it_is_of() -> None:
    fill()
    assert str(Record.objects.get()) == "POST /api/v1/brands/ under a"


# --- At once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("age", [None, LIFETIME])
def test_while_a_twin_is_under_way_nobody_waits(age) -> None:
    if age:
        fill(age=age)
    with transaction.atomic():
        assert claim(SLOT, "hash") is None
        assert at_once(3, lambda _: claimed()) == ["idempotency_in_flight"] * 3
        fill()
    assert at_once(3, lambda _: claimed()) == ["kept"] * 3


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_fails_gives_the_slot_back() -> None:
    with transaction.atomic():
        assert claimed() == "free"
        fill()
        transaction.set_rollback(True)
    assert at_once(1, lambda _: claimed()) == ["free"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_many_at_once_one_fills_the_slot(attempt) -> None:
    @transaction.atomic
    def fill_if_free(_: int) -> str:
        found = claimed()
        if found == "free":
            fill()
        return found

    answers = at_once(20, fill_if_free)
    assert answers.count("free") == 1
    assert set(answers) <= {"free", "kept", "idempotency_in_flight"}
    assert connection.vendor == "postgresql" or "idempotency_in_flight" not in answers


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_was_kept_is_given_to_many_at_once() -> None:
    fill()
    assert at_once(20, lambda _: claimed()) == ["kept"] * 20


# --- Pruning


def fill_many(expired: int, alive: int = 3) -> None:
    for number in range(expired):
        fill(replace(SLOT, key=f"old{number}"), age=LIFETIME)
    for number in range(alive):
        fill(replace(SLOT, key=f"new{number}"))


def test_what_has_expired_goes_and_the_rest_stays() -> None:
    fill_many(5)
    assert prune() == 5
    assert {record.key for record in Record.objects.all()} == {"new0", "new1", "new2"}
    assert prune() == 0


def test_it_goes_in_batches(monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(records, "BATCH", 2)
    fill_many(5)
    # for each batch a savepoint 2, a look 1 and its end 1; then a look that finds nothing
    with django_assert_num_queries(3 * 4 + 3):
        assert prune() == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_pruning_waits_for_nobody() -> None:
    fill_many(3, alive=0)
    with transaction.atomic():
        assert claimed(replace(SLOT, key="old1")) == "free"
        assert at_once(1, lambda _: prune()) == [2]


@pytest.mark.django_db(transaction=True)
def test_pruning_leaves_alone_what_took_the_place_of_an_expired_record() -> None:
    fill_many(1)

    @transaction.atomic
    def take_again(_: int) -> None:
        assert claimed(replace(SLOT, key="old0")) == "free"
        fill(replace(SLOT, key="old0"))

    at_once(1, take_again)
    assert prune() == 0
    assert Record.objects.count() == 4
