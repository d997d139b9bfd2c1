from datetime import timedelta

import pytest
from django.db import InternalError, OperationalError, connection, transaction
from django.utils import timezone

from catalog_project.errors import Gone
from products.models import Change, ChangeFeed
from products.services.changes import feed
from products.services.changes.feed import Filters, Page, number_changes, prune_changes, read_changes
from tests.factories.accounts import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def log(count: int = 1, **values: object) -> list[Change]:
    columns = {"entity": "brand", "entity_id": 1, "action": "update", "version": 1, "changes": "{}", **values}
    return [Change.objects.create(**columns) for _ in range(count)]


def read(since: int = 0, limit: int = 100, **wanted: object) -> Page:
    return read_changes(since=since, limit=limit, filters=Filters(**wanted))


def sequences(page: Page) -> list[int | None]:
    return [change.sequence for change in page.changes]


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(feed, "PORTION", 3)
    return 3


# --- Numbering


def test_reading_numbers_what_was_written_in_the_order_of_the_ids() -> None:
    first = log(3)
    assert [change.pk for change in read().changes] == [change.pk for change in first]
    log(2)
    page = read(3)
    assert (sequences(page), page.next_since, page.has_more) == ([4, 5], 5, False)


def test_an_empty_log_has_nothing_to_read() -> None:
    page = read()
    assert (sequences(page), page.next_since, page.has_more) == ([], 0, False)


def test_the_numbers_are_given_in_portions(small_portions) -> None:
    log(7)
    pages = [read(), read(3), read(6)]
    assert [sequences(page) for page in pages] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [page.has_more for page in pages] == [True, True, False]


def test_who_is_far_behind_numbers_nothing(small_portions) -> None:
    log(3)
    read()
    log(3)
    assert read(limit=1).has_more
    assert Change.objects.filter(sequence=None).count() == 3


def test_looking_for_news_where_there_are_none_writes_nothing(django_assert_num_queries) -> None:
    log()
    read()
    with django_assert_num_queries(3) as queries:
        read(1)
    assert not [query for query in queries if "UPDATE" in query["sql"]]


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_give_each_change_one_number() -> None:
    log(50)
    pages = at_once(6, lambda _: read())
    assert {tuple(sequences(page)) for page in pages} == {tuple(range(1, 51))}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_comes_after_those_that_were_read() -> None:
    def second_writer(_: int) -> list[int | None]:
        log(entity_id=2)
        return [change.entity_id for change in read().changes]

    with transaction.atomic():
        log(entity_id=1)
        [seen] = at_once(1, second_writer)
    assert seen == [2]
    assert [change.entity_id for change in read(1).changes] == [1]


@pytest.mark.parametrize("error", [InternalError, OperationalError])
def test_where_nothing_can_be_written_what_is_numbered_is_read(monkeypatch, error) -> None:
    def refuse() -> None:
        raise error("attempt to write a readonly database")

    log()
    read()
    log()
    monkeypatch.setattr(feed, "_locked_feed", refuse)
    page = read()
    assert (sequences(page), page.has_more) == ([1], False)


def test_another_failure_is_no_standby(monkeypatch) -> None:
    def fail() -> None:
        raise OperationalError("the server closed the connection")

    log()
    monkeypatch.setattr(feed, "_locked_feed", fail)
    with pytest.raises(OperationalError):
        number_changes()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_standby_says_so_in_a_way_that_is_understood() -> None:
    log()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        assert number_changes() == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")


# --- Reading


def test_pages_follow_each_other() -> None:
    log(5)
    page = read(limit=2)
    assert (sequences(page), page.next_since, page.has_more) == ([1, 2], 2, True)
    page = read(page.next_since, limit=3)
    assert (sequences(page), page.next_since, page.has_more) == ([3, 4, 5], 5, False)


def test_a_full_last_page_is_the_last() -> None:
    log(2)
    assert not read(limit=2).has_more


def test_since_beyond_the_end_stays_there() -> None:
    log(2)
    assert read(9).next_since == 9


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"entity": "variant"}, [2]),
        ({"id": 7}, [2, 3]),
        ({"entity": "product", "id": 7}, [3]),
        ({"actor": "anna"}, [4]),
        ({"request_id": "r"}, [5]),
        ({"entity": "category"}, []),
    ],
)
def test_filters(wanted, found) -> None:
    log()
    log(entity="variant", entity_id=7)
    log(entity="product", entity_id=7)
    log(actor_id=UserFactory(username="anna").pk, actor_name="anna")
    log(request_id="r")
    page = read(**wanted)
    assert (sequences(page), page.next_since, page.has_more) == (found, 5, False)


def test_an_actor_is_found_by_id_too() -> None:
    log(actor_id=71, actor_name="anna")
    log(actor_id=72, actor_name="71")
    assert sequences(read(actor="71")) == [1, 2]
    assert sequences(read(actor="9" * 30)) == []


def test_a_filter_moves_past_what_it_has_looked_through(small_portions) -> None:
    log(5)
    log(entity="variant")
    while number_changes():
        pass
    pages = [read(entity="variant"), read(3, entity="variant")]
    assert [(sequences(page), page.next_since, page.has_more) for page in pages] == [([], 3, True), ([6], 6, False)]


def test_the_changes_of_one_entity_are_found_wherever_they_stand(small_portions) -> None:
    log(5)
    log(entity="variant", entity_id=7)
    while number_changes():
        pass
    page = read(entity="variant", id=7)
    assert (sequences(page), page.next_since, page.has_more) == ([6], 6, False)


# --- Pruning


def old(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(created_at=timezone.now() - timedelta(days=9))


def prune() -> int:
    return prune_changes(before=timezone.now() - timedelta(days=5))


def test_what_is_old_goes_up_to_the_first_that_is_young(small_portions) -> None:
    changes = log(7)
    while number_changes():
        pass
    for change in [*changes[:5], changes[6]]:
        old(change)
    assert prune() == 5
    assert sequences(read(5)) == [6, 7]
    assert ChangeFeed.objects.get().pruned_through == 5


def test_who_reaches_behind_the_pruned_part_is_told_so() -> None:
    for change in log(3)[:2]:
        old(change)
    read()
    prune()
    for since in (0, 1):
        with pytest.raises(Gone) as caught:
            read(since)
        assert caught.value.error_code == "changes_pruned"
        assert "2" in caught.value.detail
    assert sequences(read(2)) == [3]


def test_what_has_no_number_stays() -> None:
    for change in log(2):
        old(change)
    assert prune() == 0
    assert sequences(read()) == [1, 2]


def test_the_numbers_go_on_after_all_was_pruned() -> None:
    for change in log(2):
        old(change)
    read()
    assert (prune(), prune()) == (2, 0)
    log()
    assert sequences(read(2)) == [3]
