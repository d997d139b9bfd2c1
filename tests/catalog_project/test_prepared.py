from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from catalog_project.prepared import Prepared
from tests.factories.accounts import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
START = datetime(2030, 1, 1, 12, 30, 0, 1, tzinfo=UTC)


def joined(after: datetime, name: str, row_id: int) -> QuerySet[Any, Any]:
    """Users by all kinds of values, the time twice."""
    around = Q(date_joined__gt=after) | Q(date_joined=after, pk__gte=row_id)
    return User.objects.filter(around, username=name, is_active=True).values_list("pk", "username", "date_joined")


def make(name: str, **fields: Any) -> User:
    """Somebody who joined at START."""
    return UserFactory(username=name, **{"date_joined": START, **fields})


def test_the_rows_are_those_of_the_query_set() -> None:
    query = Prepared(joined, after=datetime, name=str, row_id=int)
    for made in (make("ann"), make("bob"), make("eve", is_active=False)):
        for after in (START - timedelta(microseconds=1), START, START + timedelta(microseconds=1)):
            for row_id in (made.pk, made.pk + 1, 2**40):
                values = {"after": after, "name": made.username, "row_id": row_id}
                assert query.rows(**values) == list(joined(**values))


def test_a_value_that_occurs_twice_is_replaced_twice() -> None:
    made = make("ann")
    query = Prepared(joined, after=datetime, name=str, row_id=int)
    assert query.rows(after=START, name="ann", row_id=made.pk) == [(made.pk, "ann", START)]
    assert query.rows(after=START - timedelta(days=1), name="ann", row_id=made.pk + 1) == [(made.pk, "ann", START)]
    assert query.rows(after=START + timedelta(days=1), name="ann", row_id=made.pk) == []


def test_it_is_built_once() -> None:
    calls = []

    def build(**values: Any) -> QuerySet[Any, Any]:
        calls.append(values)
        return joined(**values)

    query = Prepared(build, after=datetime, name=str, row_id=int)
    for name in ("ann", "bob"):
        query.rows(after=START, name=name, row_id=1)
    assert len(calls) == 1


def test_no_stand_in_reaches_the_database() -> None:
    built: dict[str, Any] = {}

    def build(**values: Any) -> QuerySet[Any, Any]:
        built.update(values)
        return joined(**values)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        Prepared(build, after=datetime, name=str, row_id=int).rows(after=START, name="ann", row_id=7)
    [query] = queries.captured_queries
    assert "ann" in query["sql"]
    for trace in ("1877", str(built["row_id"]), built["name"]):
        assert trace not in query["sql"]


@pytest.mark.parametrize(
    "build",
    [
        lambda name: User.objects.filter(is_active=bool(name)),
        lambda name: User.objects.filter(username=name.upper()),
        lambda name: User.objects.filter(username=name, email__contains=name),
        lambda name: User.objects.filter(username__in=[name, f"{name}2"]),
    ],
)
def test_a_value_that_is_not_a_parameter_as_it_is_is_refused(build) -> None:
    query = Prepared(lambda name: build(name).values_list("pk"), name=str)
    for _ in range(2):
        with pytest.raises(ValueError, match="name must be a parameter"):
            query.rows(name="ann")


def test_a_part_of_a_time_is_refused() -> None:
    query = Prepared(
        lambda at: User.objects.filter(date_joined__gt=at, date_joined__year=at.year).values_list("pk"), at=datetime
    )
    with pytest.raises(ValueError, match="at must be a parameter"):
        query.rows(at=START)


def test_a_limit_is_no_parameter() -> None:
    query = Prepared(lambda most: User.objects.values_list("pk")[:most], most=int)
    with pytest.raises(ValueError, match="most must be a parameter"):
        query.rows(most=1)


@pytest.mark.parametrize("values", [{}, {"name": None}, {"name": 1}, {"name": "ann", "more": 1}])
def test_values_of_other_names_and_kinds_are_refused(values) -> None:
    query = Prepared(lambda name: User.objects.filter(username=name).values_list("pk"), name=str)
    with pytest.raises(TypeError):
        query.rows(**values)


@pytest.mark.parametrize("text", ["%", "%s", "%(name)s", "'; --", "\\", "é𐐀", ""])
def test_any_text_is_a_value(text) -> None:
    users = User.objects.annotate(same=Value("100 %"))
    query = Prepared(lambda name: users.filter(username=name).values_list(F("username"), "same"), name=str)
    make(text)
    assert query.rows(name=text) == [(text, "100 %")]


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_one_of_them_prepared() -> None:
    made = make("ann")
    query = Prepared(joined, after=datetime, name=str, row_id=int)
    found = at_once(4, lambda _: query.rows(after=START, name="ann", row_id=made.pk))
    assert found == [[(made.pk, "ann", START)]] * 4
