"""What is written beside every product, whoever writes."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog_project.api.conditional import digest_of
from products.listings.counts import miscounted
from products.listings.rebuild import find_drift
from products.listings.rows import load
from products.models import Listing, ListingDocument, LowestPrice, Product, inserting
from products.services.brands import update_brand
from products.services.categories import move_category, update_category
from products.services.products import archive_product, create_product, publish_product, update_product
from products.services.variants import add_variant, delete_variant, move_stock, set_stock, update_variant
from tests.factories.products import AttributeFactory, BrandFactory, CategoryFactory, ProductTypeFactory

pytestmark = pytest.mark.django_db

ODD_NUMBERS = {"b": 1e16, "aa": -0.0, "c": 1e22, "d": [1.0, {"z": 1e300, "y": None}], "e": 9007199254740993, "f": 1e19}


@pytest.fixture
def bag(db: None) -> Product:
    """A product with all there is, two variants among it."""
    shelf = CategoryFactory(slug="bags", name="Bags")
    return create_product(
        by=None,
        values={
            "name": "Bag “ü”",
            "slug": "bag",
            "brand": BrandFactory(slug="acme", name="Acme"),
            "categories": [CategoryFactory(slug="packs", name="Packs", parent=shelf), CategoryFactory(slug="sale")],
            "attributes": ODD_NUMBERS,
            "variants": [
                {"sku": "B1", "position": 5, "stock": 0, "prices": {"USD": {"amount": Decimal("9.5")}}},
                {"sku": "B2", "position": 1, "attributes": ODD_NUMBERS, "prices": {"USD": {"amount": Decimal(12)}}},
            ],
        },
    )


def variant_of(product: Product, sku: str) -> int:
    return product.variants.get(sku=sku).pk


EDITS = {
    "created": lambda _: None,
    "patched": lambda bag: update_product(
        by=None, product_id=bag.pk, values={"name": "Sack", "attributes": {"b": None, "n": 2e16}}
    ),
    "moved to another brand": lambda bag: update_product(by=None, product_id=bag.pk, values={"brand": BrandFactory()}),
    "put elsewhere": lambda bag: update_product(by=None, product_id=bag.pk, values={"categories": [CategoryFactory()]}),
    "given a window": lambda bag: update_product(
        by=None, product_id=bag.pk, values={"published_from": timezone.now(), "external_id": "E"}
    ),
    "published": lambda bag: publish_product(by=None, product_id=bag.pk),
    "archived": lambda bag: archive_product(by=None, product_id=bag.pk),
    "given a variant": lambda bag: add_variant(
        by=None, product_id=bag.pk, values={"sku": "B3", "prices": {"EUR": {"amount": Decimal(1)}}}
    ),
    "robbed of a variant": lambda bag: delete_variant(by=None, variant_id=variant_of(bag, "B1")),
    "priced": lambda bag: update_variant(
        by=None, variant_id=variant_of(bag, "B1"), values={"prices": {"USD": None, "JPY": {"amount": Decimal(100)}}}
    ),
    "sold": lambda bag: [
        set_stock(by=None, variant_id=variant_of(bag, "B2"), stock=1),
        move_stock(by=None, variant_id=variant_of(bag, "B2"), delta=-1),
    ],
    "under a renamed brand": lambda bag: update_brand(by=None, brand=bag.brand, values={"name": 'A "c" \\ me'}),
    "in a renamed category": lambda bag: update_category(
        by=None, category=bag.categories.get(slug="packs"), values={"name": "P", "slug": "p"}
    ),
    "below a renamed category": lambda bag: update_category(
        by=None, category=bag.categories.get(slug="packs").parent, values={"slug": "sacks"}
    ),
    "in a moved category": lambda bag: move_category(
        by=None, category=bag.categories.get(slug="packs").parent, values={"parent": bag.categories.get(slug="sale")}
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_it_shows_the_tables_after_every_kind_of_write(bag, edit) -> None:
    EDITS[edit](bag)
    assert list(find_drift()) == []
    assert miscounted() == 0


@pytest.mark.parametrize("edit", ["given a window", "published", "given a variant", "priced", "sold"])
def test_it_keeps_what_a_product_is_filtered_by(edit) -> None:
    size = AttributeFactory(code="size", type="number", filterable=True)
    prices = {"USD": {"amount": Decimal(1)}}
    product = create_product(
        by=None,
        values={
            "name": "Bag",
            "product_type": ProductTypeFactory(attributes=[size]),
            "attributes": {"size": 5},
            "variants": [{"sku": sku, "stock": 3, "prices": prices} for sku in ("B1", "B2")],
        },
    )
    EDITS[edit](product)
    assert list(find_drift()) == []
    assert Listing.objects.get().facet_values == {"size": [5]}


@pytest.mark.parametrize("least", [1, inserting.WORTH_COPYING])
def test_the_digest_is_that_of_the_document_however_it_is_written(monkeypatch, least) -> None:
    monkeypatch.setattr(inserting, "WORTH_COPYING", least)
    brand = BrandFactory(name="Öko")
    product = create_product(by=None, values={"name": "Träger", "brand": brand})
    for write in (
        lambda: update_product(by=None, product_id=product.pk, values={"name": "日本語 🎒"}),
        lambda: update_brand(by=None, brand=brand, values={"name": "Ökonom"}),
        lambda: None,
    ):
        shown = ListingDocument.objects.get()
        assert shown.digest == digest_of(shown.document.encode())
        write()


def test_a_rename_reaches_no_attributes_that_look_like_names(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"attributes": {"brand": {"slug": "acme", "name": "Acme"}}})
    update_brand(by=None, brand=bag.brand, values={"name": "Ajax"})
    shown = json.loads(Listing.objects.with_document().get().document)
    assert shown["brand"]["name"] == "Ajax"
    assert shown["attributes"]["brand"]["name"] == "Acme"


def test_a_rename_moves_no_time_of_a_product(bag) -> None:
    before = Listing.objects.get().updated_at
    update_brand(by=None, brand=bag.brand, values={"name": "Ajax"})
    assert Listing.objects.get().updated_at == before == Product.objects.get().updated_at


def test_a_name_that_changed_since_it_was_read_is_shown_as_it_is_now() -> None:
    brand = BrandFactory(name="Old")
    update_brand(by=None, brand=brand, values={"name": "New"})
    brand.name = "Old"  # as read before the rename
    made = create_product(by=None, values={"name": "Bag", "brand": brand})
    assert json.loads(made.listing.document)["brand"]["name"] == "New"


def test_lowest_prices_follow_the_variants(bag) -> None:
    assert dict(LowestPrice.objects.values_list("currency", "amount")) == {"USD": Decimal("9.5")}
    EDITS["priced"](bag)
    assert dict(LowestPrice.objects.values_list("currency", "amount")) == {"USD": Decimal(12), "JPY": Decimal(100)}


def test_a_deleted_product_leaves_nothing_behind(bag) -> None:
    bag.delete()
    assert (Listing.objects.count(), LowestPrice.objects.count()) == (0, 0)


def test_loaded_products_cost_a_constant_number_of_queries(bag, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):
        load(Product.objects.all())
