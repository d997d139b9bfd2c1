"""The vocabulary of searches."""

import pytest

from products.listings.vocabulary import learn, name_words
from products.models import SearchWord
from products.models.words import Words
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def known(source: str = "") -> list[str]:
    return sorted(SearchWord.objects.filter(source=source).values_list("word", flat=True))


def test_words_of_all_groups_are_learned_but_stand_ins_and_skus_with_digits() -> None:
    learn([Words(("bag",), ("tb", "tb1", "~b1"), ("red", "~c5"), ("soft", "10"))])
    assert known() == ["10", "bag", "red", "soft", "tb"]


def test_what_is_known_is_not_learned_again(django_assert_num_queries) -> None:
    learn([Words(("bag",))])
    with django_assert_num_queries(1):
        learn([Words(("bag", "big")), Words(("bag",), (), ("red",))])
    assert known() == ["bag", "big", "red"]


def test_a_word_of_a_name_is_learned_all_the_same() -> None:
    name_words("~b1", "Acme")
    learn([Words(("acme",))])
    assert known() == ["acme"]


def test_nothing_to_learn_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        learn([Words(b=("~b1",))])


def test_a_renamed_row_is_known_by_its_new_words_alone() -> None:
    name_words("~b1", "Acme Outdoor")
    name_words("~b2", "Acme")
    name_words("~b1", "Outdoor GmbH")
    assert known("~b1") == ["gmbh", "outdoor"]
    assert known("~b2") == ["acme"]


def test_a_row_that_goes_is_known_no_more() -> None:
    name_words("~b1", "Acme")
    name_words("~b1", "")
    assert known("~b1") == []


@pytest.mark.django_db(transaction=True)
def test_many_learn_the_same_words_at_once() -> None:
    at_once(8, lambda _: learn([Words(("bag", "red"))]))
    assert set(known()) == {"bag", "red"}
