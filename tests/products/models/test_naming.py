import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from products.models.naming import NAME_LENGTH, SORT_KEY_LENGTH, sku_key, sort_key, validate_slug

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Élan", "elan"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ÅÄÖ", "aao"),
        ("ﬁx", "fix"),
        ("①", "1"),
        ("İstanbul", "istanbul"),
        ("Ω", "ω"),
        ("が", "か"),
        ("한", unicodedata.normalize("NFD", "한")),
        ("", ""),
        ("\u0301", ""),
        ("A\u030a", "a"),
        ("５", "5"),
        ("½", "1\u20442"),
    ],
)
def test_a_sort_key_is_compatible_bare_and_folded(name, key) -> None:
    assert sort_key(name) == key


@settings(max_examples=100)
@given(text)
def test_what_unicode_holds_for_the_same_text_has_the_same_keys(name) -> None:
    for form in ("NFC", "NFD"):
        assert sort_key(unicodedata.normalize(form, name)) == sort_key(name)


@settings(max_examples=100)
@given(text)
def test_a_sku_in_capitals_is_the_same_sku(sku) -> None:
    assert sku_key(sku_key(sku)) == sku_key(sku)
    assert sku_key(sku.swapcase()) == sku_key(sku) or sku.swapcase().casefold() != sku.casefold()


@pytest.mark.parametrize("name", ["ﷺ" * NAME_LENGTH, "𝔘" * NAME_LENGTH, "a" * NAME_LENGTH])
def test_no_key_is_too_long_for_an_index(name) -> None:
    assert len(sort_key(name)) <= SORT_KEY_LENGTH
    assert len(sort_key(name).encode()) < 2_704


@pytest.mark.parametrize("skus", [("abc", "ABC", "aBc"), ("Straße", "STRASSE"), ("é", "e\u0301", "É"), ("ΣΑΣ", "σας")])
def test_skus_that_differ_in_case_or_composition_are_one(skus) -> None:
    assert len({sku_key(sku) for sku in skus}) == 1


@pytest.mark.parametrize("skus", [("a", "b"), ("e", "é"), ("1", "１"), ("a-b", "ab"), ("ﬁ1", "f1")])
def test_any_other_two_are_two(skus) -> None:
    assert sku_key(skus[0]) != sku_key(skus[1])


@pytest.mark.parametrize("slug", ["a", "Z", "a1", "1a", "-a", "a_", "A-b_9"])
def test_a_slug_holds_a_letter(slug) -> None:
    validate_slug(slug)


@pytest.mark.parametrize("slug", ["", "1", "-", "1-2_3", "a b", "ä", "a.b", "a/b", "а", "a\nb"])
def test_anything_else_is_no_slug(slug) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_slug(slug)
    assert caught.value.code == "invalid_slug"
