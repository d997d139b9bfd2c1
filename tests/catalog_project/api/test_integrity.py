from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from catalog_project.api.integrity import constraint_of, pointer_of, translate
from catalog_project.errors import Conflict, Invalid
from products.models import (
    AttributeOption,
    Brand,
    Category,
    Change,
    LowestPrice,
    Price,
    Product,
    ProductCategory,
    Variant,
)
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db
OURS = [model for model in apps.get_models() if model._meta.app_label in {"products", "accounts"}]


def raised(break_rule) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        break_rule()
    return caught.value


BROKEN = {
    "brand_slug_unique": lambda: BrandFactory(slug=BrandFactory().slug),
    "brand_slug_has_letter": lambda: BrandFactory(slug="12"),
    "brand_name_not_blank": lambda: BrandFactory(name=""),
    "category_slug_unique": lambda: CategoryFactory(slug=CategoryFactory().slug),
    "category_slug_has_letter": lambda: CategoryFactory(slug="1-2"),
    "category_name_not_blank": lambda: CategoryFactory(name=""),
    "category_not_own_parent": lambda: Category.objects.filter(pk=CategoryFactory().pk).update(
        parent=Category.objects.latest("pk")
    ),
    "category_position_range": lambda: CategoryFactory(position=-1),
    "category_path_length": lambda: CategoryFactory(path="a" * 2_001),
    "product_slug_unique": lambda: ProductFactory(slug=ProductFactory().slug),
    "product_external_id_unique": lambda: ProductFactory(external_id=ProductFactory(external_id="x").external_id),
    "product_slug_has_letter": lambda: ProductFactory(slug="_"),
    "product_name_not_blank": lambda: ProductFactory(name=""),
    "product_external_id_not_blank": lambda: ProductFactory(external_id=""),
    "product_status_known": lambda: ProductFactory(status="gone"),
    "product_window_order": lambda: ProductFactory(
        published_from="2030-01-01T00:00:00Z", published_until="2030-01-01T00:00:00Z"
    ),
    "product_category_unique": lambda: ProductFactory(categories=[CategoryFactory()] * 2),
    "variant_sku_unique": lambda: VariantFactory(sku=VariantFactory(sku="straße").sku.upper()),
    "variant_external_id_unique": lambda: VariantFactory(external_id=VariantFactory(external_id="x").external_id),
    "variant_sku_not_blank": lambda: VariantFactory(sku=""),
    "variant_external_id_not_blank": lambda: VariantFactory(external_id=""),
    "variant_weight_range": lambda: VariantFactory(weight_g=-1),
    "variant_stock_range": lambda: VariantFactory(stock=2_000_000_001),
    "variant_position_range": lambda: VariantFactory(position=-1),
    "attribute_code_unique": lambda: AttributeFactory(code=AttributeFactory().code),
    "attribute_code_form": lambda: AttributeFactory(code="a__b"),
    "attribute_name_not_blank": lambda: AttributeFactory(name=""),
    "attribute_type_known": lambda: AttributeFactory(type="colour"),
    "attribute_range_of_number": lambda: AttributeFactory(type="text", min=1),
    "attribute_range_order": lambda: AttributeFactory(type="number", min=2, max=1),
    "attribute_option_unique": lambda: AttributeFactory(options=["red", "red"]),
    "attribute_option_code_form": lambda: AttributeFactory(options=["a,b"]),
    "attribute_option_label_not_blank": lambda: AttributeOption.objects.create(
        attribute=AttributeFactory(), code="red", label=""
    ),
    "attribute_option_position_range": lambda: AttributeOption.objects.create(
        attribute=AttributeFactory(), code="red", label="Red", position=-1
    ),
    "product_type_code_unique": lambda: ProductTypeFactory(code=ProductTypeFactory().code),
    "product_type_code_form": lambda: ProductTypeFactory(code="1"),
    "product_type_name_not_blank": lambda: ProductTypeFactory(name=""),
    "product_type_attribute_unique": lambda: ProductTypeFactory(attributes=[AttributeFactory()] * 2),
    "product_type_attribute_level_known": lambda: ProductTypeFactory(attributes=[(AttributeFactory(), "x", "never")]),
    "product_type_attribute_required_known": lambda: ProductTypeFactory(
        attributes=[(AttributeFactory(), "product", "x")]
    ),
    "price_currency_unique": lambda: Price.objects.create(
        variant=VariantFactory(prices={"USD": "1"}), currency="USD", amount=1
    ),
    "price_not_negative": lambda: VariantFactory(prices={"USD": "-0.01"}),
    "price_decimals_of_currency": lambda: VariantFactory(prices={"JPY": "0.5"}),
    "lowest_price_unique": lambda: LowestPrice.objects.create(
        listing=ProductFactory().listing, currency="USD", amount=Decimal(1), highest=Decimal(1), category_ids=[]
    ),
    "change_sequence_unique": lambda: Change.objects.bulk_create(
        Change(sequence=1, entity="brand", entity_id=1, action="create", version=1, changes="{}") for _ in range(2)
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_of_the_catalog_is_known_by_its_name(name) -> None:
    error = raised(BROKEN[name])
    model, rule = constraint_of(error)
    assert (rule.name, model._meta.app_label) == (name, "products")
    translated = translate(error)
    assert isinstance(translated, Conflict if isinstance(rule, UniqueConstraint) else Invalid)
    assert translated.faults[0].code == rule.violation_error_code
    assert translated.faults[0].detail == rule.violation_error_message


def test_no_rule_is_forgotten_here() -> None:
    rules = {rule.name for model in OURS if model._meta.app_label == "products" for rule in model._meta.constraints}
    assert rules == BROKEN.keys()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_rule_has_a_code_and_a_sentence_of_its_own(model) -> None:
    for rule in model._meta.constraints:
        assert isinstance(rule, CheckConstraint | UniqueConstraint)
        assert rule.violation_error_code
        assert rule.violation_error_message != rule.default_violation_error_message
        assert rule.name.replace("_", "").startswith(model._meta.model_name)


@pytest.mark.parametrize(
    ("model", "name", "pointer"),
    [
        (Brand, "brand_slug_unique", "/slug"),
        (Product, "product_external_id_unique", "/external_id"),
        (Variant, "variant_sku_unique", "/sku"),
        (Price, "price_currency_unique", ""),
        (ProductCategory, "product_category_unique", ""),
    ],
)
def test_a_rule_about_one_field_points_at_it(model, name, pointer) -> None:
    [rule] = [rule for rule in model._meta.constraints if rule.name == name]
    assert pointer_of(model, rule) == pointer


@pytest.mark.postgres
def test_a_reference_that_goes_meanwhile_is_in_use() -> None:
    def refer_to_nothing() -> None:
        ProductFactory(brand_id=999_999)
        connection.check_constraints()

    translated = translate(raised(refer_to_nothing))
    assert (type(translated), translated.error_code) == (Conflict, "in_use")


def test_sqlite_says_so_in_its_message() -> None:
    error = IntegrityError("FOREIGN KEY constraint failed")
    assert translate(error).error_code == "in_use"


def test_postgresql_says_so_by_its_code() -> None:
    error = IntegrityError("insert or update violates …")
    error.__cause__ = _Cause("products_product_brand_id_fk", "23503")
    assert translate(error).error_code == "in_use"


class _Cause(Exception):
    def __init__(self, constraint: str | None, sqlstate: str) -> None:
        self.diag, self.sqlstate = SimpleNamespace(constraint_name=constraint), sqlstate


@pytest.mark.parametrize(
    "message", ["NOT NULL constraint failed: products_product.name", "UNIQUE constraint failed: a.b, a.c", "odd", ""]
)
def test_what_is_none_of_our_rules_is_a_conflict_without_details(message) -> None:
    translated = translate(IntegrityError(message))
    assert (type(translated), translated.error_code, translated.faults) == (Conflict, "conflict", ())


@pytest.mark.parametrize(
    "message", ["UNIQUE constraint failed: index 'variant_sku_unique'", "CHECK constraint failed: variant_sku_unique"]
)
def test_sqlite_names_a_rule_in_several_ways(message) -> None:
    _, rule = constraint_of(IntegrityError(message))
    assert rule.name == "variant_sku_unique"
