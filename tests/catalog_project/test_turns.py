import pytest
from django.db import connection, transaction

from catalog_project.turns import take_turn, try_turn
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TURN = -(2**63)


@transaction.atomic
def tried(number: int) -> bool:
    return try_turn(number)


@pytest.mark.postgres
@pytest.mark.parametrize("take", [take_turn, try_turn])
def test_a_turn_is_one_transactions_until_that_ends(take) -> None:
    with transaction.atomic():
        take(TURN)
        assert at_once(1, lambda _: tried(TURN)) == [False]
        assert at_once(1, lambda _: tried(TURN + 1)) == [True]
    assert at_once(1, lambda _: tried(TURN)) == [True]


@pytest.mark.postgres
def test_of_many_who_try_at_once_those_who_fail_do_not_wait() -> None:
    with transaction.atomic():
        take_turn(TURN)
        assert at_once(8, lambda _: tried(TURN)) == [False] * 8


def test_where_there_is_but_one_writer_every_turn_is_free(django_assert_num_queries) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has many writers")
    with transaction.atomic(), django_assert_num_queries(0):
        take_turn(TURN)
        assert try_turn(TURN)
