"""What a search finds, beside a plain model of it."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.listings.words import fold, sku_token
from products.models import Category, Listing
from products.models.naming import sku_key
from products.search.meanings import MAX_SKUS
from products.search.text import FEW, MAX_WORDS, SEGMENTS, Look, Search, read_search
from products.search.typos import meant
from products.services.brands import update_brand
from products.services.categories import move_category, update_category
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory, listed

pytestmark = pytest.mark.django_db


def found(text: str) -> set[str]:
    return set(Listing.objects.filter(read_search(text).matches()).values_list("product__name", flat=True))


def all_segments(search: Search) -> list[Q]:
    return [search.segment(place) for place in range(SEGMENTS)]


def in_segments(text: str) -> list[list[str]]:
    segments = all_segments(read_search(text))
    return [sorted(Listing.objects.filter(part).values_list("product__name", flat=True)) for part in segments]


# --- What matches


@pytest.mark.parametrize(
    "text",
    ["élan", "ELAN", "elan", "e\u0301lan", "ela", "vital elan", " élan,vital! ", "elan elan", "strasse", "STRAẞE"],
)
def test_accents_case_order_and_beginnings_do_not_matter(text) -> None:
    ProductFactory(name="Élan Vital Straße")
    ProductFactory(name="Other")
    assert found(text) == {"Élan Vital Straße"}


@pytest.mark.parametrize("text", ["elan other", "tal", "el", "vi", "elanvital", "-", "''", "*", "e"])
def test_every_word_must_be_there_and_short_ones_as_they_are(text) -> None:
    ProductFactory(name="Élan Vital")
    ProductFactory(name="Other")
    assert found(text) == set()


def test_a_short_word_is_found_as_it_is() -> None:
    ProductFactory(name="TV M")
    ProductFactory(name="TVs Mount")
    assert found("tv m") == {"TV M"}


def test_words_are_found_in_all_of_a_product() -> None:
    made = ProductFactory(name="Pack", description="Carries water.", brand=BrandFactory(name="Acme"), variants=0)
    VariantFactory(product=made, sku="TB-RED", name="Rouge")
    for text in ["pack", "water", "acme", "rouge", "tb-red", "tbred", "TB RED", "pack acme water rouge tb"]:
        assert found(text) == {"Pack"}, text


@pytest.mark.parametrize("text", ["bakcpack", "backpak", "nackpack", "Backpackk", "bäckpak trail"])
def test_slips_are_forgiven(text) -> None:
    ProductFactory(name="Trail Backpack")
    ProductFactory(name="Other")
    assert found(text) == {"Trail Backpack"}


def test_a_slip_in_a_name_of_a_brand_is_forgiven() -> None:
    ProductFactory(name="Pack", brand=BrandFactory(name="Patagonia"))
    ProductFactory(name="Other")
    assert found("patagona") == {"Pack"}


def test_a_word_that_there_is_is_no_slip() -> None:
    ProductFactory(name="Shirt")
    ProductFactory(name="Pack", description="Not short.")
    assert found("short") == {"Pack"}


@pytest.mark.parametrize(("text", "is_found"), [("0042", True), ("x99", True), ("tb-0042", True), ("42", False)])
def test_a_sku_is_found_by_a_part_of_three_characters(text, is_found) -> None:
    VariantFactory(product=ProductFactory(name="Pack", variants=0), sku="TB-100042-AX99")
    ProductFactory(name="Other")
    assert found(text) == ({"Pack"} if is_found else set())


def test_a_sku_may_be_anything() -> None:
    VariantFactory(product=ProductFactory(name="Odd", variants=0), sku="-- !")
    assert found("-- !") == found(" -- ! ") == {"Odd"}
    assert in_segments("-- !") == [["Odd"], [], [], []]
    assert found("--") == set()


def test_only_so_many_words_count() -> None:
    ProductFactory(name=" ".join(f"w{number}" for number in range(MAX_WORDS)))
    assert len(found(" ".join(f"w{number}" for number in range(MAX_WORDS + 5)))) == 1


# --- Names that change


def test_a_renamed_brand_is_found_by_its_new_name_at_once() -> None:
    brand = BrandFactory(name="Acme")
    ProductFactory(name="Pack", brand=brand)
    update_brand(by=None, brand=brand, values={"name": "Zenith"})
    assert (found("acme"), found("zenith"), found("zeni pack")) == (set(), {"Pack"}, {"Pack"})


def test_a_product_is_found_by_the_categories_above_it_wherever_they_are_moved() -> None:
    bags, kits = CategoryFactory(name="Bags"), CategoryFactory(name="Kits")
    below = CategoryFactory(name="Alpine", parent=bags)
    ProductFactory(name="Pack", categories=[below])
    assert (found("bags"), found("kits"), found("alpine")) == ({"Pack"}, set(), {"Pack"})
    move_category(by=None, category=below, values={"parent": kits})
    assert (found("bags"), found("kits"), found("alpine")) == (set(), {"Pack"}, {"Pack"})
    update_category(by=None, category=Category.objects.get(pk=kits.pk), values={"name": "Gear"})
    assert (found("kits"), found("gear")) == (set(), {"Pack"})


def test_a_category_whose_slug_begins_alike_is_another() -> None:
    bags = CategoryFactory(name="Totes", slug="bag")
    ProductFactory(name="Pack", categories=[bags])
    ProductFactory(name="Other", categories=[CategoryFactory(name="Cases", slug="bag-case")])
    assert found("totes") == {"Pack"}


def test_a_product_that_goes_is_found_no_more() -> None:
    ProductFactory(name="Pack").delete()
    ProductFactory(name="Other")
    assert found("pack") == set()


def test_a_product_is_found_by_what_it_is_called_now() -> None:
    made = ProductFactory(name="Pack")
    made.name = "Sack"
    made.save()
    listed(made)
    assert (found("pack"), found("sack")) == (set(), {"Sack"})


# --- What comes first


def test_the_sku_comes_before_the_name_before_what_is_close_before_the_rest() -> None:
    VariantFactory(product=ProductFactory(name="By SKU", variants=0), sku="Trail")
    ProductFactory(name="Trail")
    ProductFactory(name="By brand", brand=BrandFactory(name="Trail GmbH"))
    ProductFactory(name="By text", description="for the trail")
    ProductFactory(name="Other")
    assert in_segments("trail") == [["By SKU"], ["Trail"], ["By brand"], ["By text"]]


def test_all_words_must_be_as_close() -> None:
    ProductFactory(name="Red trail")
    ProductFactory(name="Trail", brand=BrandFactory(name="Red"))
    ProductFactory(name="Trail pack", description="red")
    assert in_segments("red trail") == [[], ["Red trail"], ["Trail"], ["Trail pack"]]


# --- What it costs


def test_reading_takes_a_fixed_number_of_queries() -> None:
    for name in ("Pack", "Sack", "Rack", "Red"):
        ProductFactory(name=name, brand=BrandFactory(name=f"{name} brand"))
    for text, queries in [("-", 1), ("pack", 2), ("pack sack red brand", 2), ("padk", 4), ("xyzz sacq redd", 4)]:
        with CaptureQueriesContext(connection) as asked:
            read_search(text)
        assert len(asked) == queries, text


def test_a_named_category_takes_a_query_more(django_assert_num_queries) -> None:
    CategoryFactory(name="Bags", parent=CategoryFactory(name="Bagger"))
    with django_assert_num_queries(3):
        read_search("bag")


@pytest.mark.postgres
def test_nothing_is_looked_at_behind_a_part_that_abounds(monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr("products.search.text.FEW", 3)
    ProductFactory.create_batch(4, name="Pack")
    ProductFactory(name="Other", description="pack")
    with django_assert_num_queries(2):
        search = read_search("pack")
    assert search.looks == [Look(None, abounds=True)]
    with django_assert_num_queries(1):
        assert len([search.segment(place) for place in range(SEGMENTS)]) == SEGMENTS
    assert [look.ids is None or len(look.ids) for look in search.looks] == [True, 0, 1]


@pytest.mark.postgres
def test_a_part_of_which_the_newest_have_none_does_not_abound(monkeypatch) -> None:
    monkeypatch.setattr("products.search.text.FEW", 3)
    ProductFactory.create_batch(5, name="Pack")
    assert read_search("pack").looks[0].abounds
    ProductFactory.create_batch(500, variants=0)
    assert [(look.ids is None, look.abounds) for look in read_search("pack").looks] == [
        (True, False),
        *[(False, False)] * 2,
    ]
    assert found("pack") == {"Pack"}


# --- Any text in any catalog


@dataclass(frozen=True)
class Row:
    """A product as the test knows it."""

    name: str
    description: str = ""
    brand: str = ""
    categories: list[str] = field(default_factory=list)
    skus: list[str] = field(default_factory=list)


BRANDS = ("Bag Co", "Redder", "Sack")
CATEGORIES = ("bags", "red things", "racks")
PARENTS = {"racks": "bags"}
WORDS = ["bag", "bags", "Back", "backpack", "réd", "red", "x", "10", "m12", "ﬁn", "sack", "rack"]
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
rows = st.builds(
    Row,
    name=phrases,
    description=phrases | st.just(""),
    brand=st.sampled_from(["", *BRANDS]),
    categories=st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True),
    skus=st.lists(st.sampled_from(["BAG-1", "x", "m12-red", "10 20", "é1", "sack99"]), max_size=2, unique=True),
)
asked = phrases | st.lists(st.sampled_from([*WORDS, "bakc", "bagz", "m12-r", "ack", "99", "sacks", "'", "~b1"])).map(
    " ".join
)


class Naive:
    """The whole catalog, searched by looking at every word of every product."""

    def __init__(self, catalog: dict[int, Row]) -> None:
        self.catalog = catalog
        texts = [text for row in catalog.values() for text in (row.name, row.description)]
        self.vocabulary = {word for text in (*texts, *BRANDS, *CATEGORIES) for word in fold(text)}
        self.skus = [sku for row in catalog.values() for sku in row.skus]
        tokens = {token for sku in self.skus for token in (*fold(sku), sku_token(sku))}
        self.vocabulary |= {token for token in tokens if token.isalpha()}

    def segments(self, text: str) -> list[set[int]]:
        parts: list[set[int]] = [set(), set(), set(), set()]
        for pk, row in self.catalog.items():
            if (place := self.place(row, text)) is not None:
                parts[place].add(pk)
        return parts

    def place(self, row: Row, text: str) -> int | None:
        if sku_key(text.strip()) in map(sku_key, row.skus):
            return 0
        words = list(dict.fromkeys(fold(text)))[:MAX_WORDS]
        reaches = [self.distance(row, word) for word in words]
        return None if not reaches or None in reaches else 1 + max(reaches)

    def distance(self, row: Row, word: str) -> int | None:
        """How far from the name the best of what a word means stands: 0 to 2."""
        fits = self.meaning(word)
        tokens = [token for sku in row.skus for token in (*fold(sku), sku_token(sku))]
        names = [row.brand, *row.categories, *(PARENTS.get(name, "") for name in row.categories)]
        if any(map(fits, fold(row.name))):
            return 0
        if any(map(fits, tokens)) or any(self.is_named(name, word) for name in names):
            return 1
        return 2 if any(map(fits, fold(row.description))) else None

    def slips(self, word: str) -> list[str]:
        is_known = len(word) < 3 or any(known.startswith(word) for known in self.vocabulary)
        return [] if is_known else meant(word, self.vocabulary)

    def meaning(self, word: str):
        is_known = len(word) < 3 or any(known.startswith(word) for known in self.vocabulary)
        parts = [] if is_known else [sku_token(sku) for sku in self.skus if word in sku_key(sku)]
        assert len(parts) <= MAX_SKUS
        others = {*parts, *self.slips(word)}
        return lambda token: token in others or (token.startswith(word) if len(word) >= 3 else token == word)

    def is_named(self, name: str, word: str) -> bool:
        slips = self.slips(word)
        return any(
            other in slips or (other.startswith(word) if len(word) >= 3 else other == word) for other in fold(name)
        )


def make(catalog: list[Row]) -> dict[int, Row]:
    brands = {name: BrandFactory(name=name) for name in BRANDS}
    bags = CategoryFactory(name="bags", slug="bags")
    categories = {
        "bags": bags,
        "red things": CategoryFactory(name="red things", slug="bags-red"),
        "racks": CategoryFactory(name="racks", slug="racks", parent=bags),
    }
    made: dict[int, Row] = {}
    taken: set[str] = set()
    for row in catalog:
        skus = [sku for sku in row.skus if sku not in taken]
        taken.update(skus)
        product = ProductFactory(
            name=row.name,
            description=row.description,
            brand=brands.get(row.brand),
            variants=0,
            categories=[categories[name] for name in row.categories],
        )
        for sku in skus:
            VariantFactory(product=product, sku=sku)
        made[product.pk] = Row(row.name, row.description, row.brand, row.categories, skus)
    return made


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(rows, max_size=8), st.lists(asked, min_size=1, max_size=4), st.sampled_from([0, 3, FEW]))
def test_segments_are_those_of_the_plain_model_and_make_up_the_whole(catalog, texts, few) -> None:
    with undone(), patch("products.search.text.FEW", few):
        naive = Naive(make(catalog))
        for words in texts:
            search = read_search(words)
            parts = [set(Listing.objects.filter(part).values_list("pk", flat=True)) for part in all_segments(search)]
            assert parts == naive.segments(words), words
            everything = sorted(Listing.objects.filter(search.matches()).values_list("pk", flat=True))
            assert everything == sorted(pk for part in parts for pk in part), words


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_characters_may_be_searched_for(text) -> None:
    for part in (read_search(text).matches(), *all_segments(read_search(text))):
        assert list(Listing.objects.filter(part)) == []


@pytest.mark.parametrize(
    "text", ["\x00", "'", "\\", '"', "a' & b | !c", ":*", "bag:*", "(", "a NOT b", "{a b} : c", "~b1", "^bag", "+bag"]
)
def test_what_means_something_to_a_database_means_nothing(text) -> None:
    ProductFactory(name="Plain", brand=BrandFactory(pk=1, name="Maker"))
    assert found(text) == set()
