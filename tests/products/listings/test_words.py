"""From texts to words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.listings.words import fold, sku_token, words_of
from products.models import Product
from products.models.words import Words
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" -_'\"&|!*()~^+ ", []),
        ("Trail Backpack", ["trail", "backpack"]),
        ("snake_case", ["snake", "case"]),
        ("Élan VITAL", ["elan", "vital"]),
        ("e\u0301lan", ["elan"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ﬁn Ⅳ x²", ["fin", "iv", "x2"]),
        ("10.5mm", ["10", "5mm"]),
        ("किताब", ["कतब"]),
        ("Рюкзак バックパック", ["рюкзак", "ハックハック"]),
        ("a" * 65 + " b", ["a" * 64, "b"]),
        ("don't", ["don", "t"]),
    ],
)
def test_words_are_letters_and_digits_without_accents_and_case(text, words) -> None:
    assert fold(text) == words


@given(st.text())
def test_folded_words_stay_as_they_are(text) -> None:
    words = fold(text)
    assert fold(" ".join(words)) == words
    assert not [word for word in words if set(word) & set("'\"\\~^+*:&|!() \x00")]


@pytest.mark.parametrize(("sku", "token"), [("TB-RED", "tbred"), ("--", ""), ("Ä.1/2", "a12")])
def test_a_sku_is_run_together_into_one_word(sku, token) -> None:
    assert sku_token(sku) == token


@pytest.mark.django_db
def test_a_product_has_words_of_four_weights() -> None:
    made = ProductFactory(
        name="Trail Backpack",
        description="A backpack for the trail, of nylon.",
        brand=BrandFactory(pk=12, name="Acme"),
        attributes={"material": "Nylon 6", "finish": ["matt", "gloss"], "secret": "hidden", "weight": 3},
        variants=0,
        categories=[CategoryFactory(pk=5), CategoryFactory(pk=2)],
    )
    VariantFactory(product=made, sku="TB-RED", name="Rouge", attributes={"color": "red", "material": "wool"})
    searchable = {"material": None, "color": {"red": 17}, "finish": {"matt": 4}, "weight": None, "none": None}
    found = words_of(made, searchable=searchable)
    assert found == Words(
        a=("backpack", "trail"),
        b=("red", "tb", "tbred", "~b12"),
        c=("6", "nylon", "rouge", "wool", "~c2", "~c5", "~o17", "~o4"),
        d=("a", "for", "of", "the"),
    )


@pytest.mark.django_db
def test_a_bare_product_has_the_words_of_its_name_alone() -> None:
    made = Product.objects.create(name="Bare", slug="bare")
    assert words_of(made) == Words(a=("bare",))
