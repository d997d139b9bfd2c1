"""Forms that were open while somebody else edited the same."""

from typing import Any

import pytest
from django.test import Client

from products.models import Attribute, Brand, Category, Product, ProductType, Variant
from products.services.attributes import update_attribute
from products.services.brands import update_brand
from products.services.categories import update_category
from products.services.product_types import update_product_type
from products.services.products import update_product
from products.services.variants import add_variant, delete_variant, move_stock, update_variant
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
)
from tests.products.admin.pages import Fields, read_form, staff, url_of


@pytest.fixture
def manager(db) -> Client:
    return staff("manager")


def opened(client: Client, url: str, form: str) -> Fields:
    """What a browser holds of a form."""
    return read_form(client.get(url), f"{form}_form")


def send(client: Client, url: str, fields: Fields, **typed: Any) -> Any:
    return client.post(url, {**fields, **typed, "_save": "1"})


def table_of(response: Any) -> dict[str, tuple[str, str, str | None]]:
    """The table of what was changed meanwhile, by field."""
    assert response.status_code == 200, "the form was taken"
    return {each.label: (each.before, each.now, each.yours) for each in response.context["meanwhile"]}


@pytest.fixture
def brand(db) -> Brand:
    return BrandFactory(name="Acme", slug="acme")


def test_a_stale_form_is_refused_with_what_was_changed_and_what_was_typed(manager, brand) -> None:
    url = url_of("brand_change", brand.pk)
    fields = opened(manager, url, "brand")
    update_brand(by=None, brand=brand, values={"name": "Theirs", "slug": "theirs"})
    answer = send(manager, url, fields, name="Mine")
    assert table_of(answer) == {"Name": ("Acme", "Theirs", "Mine"), "Slug": ("acme", "theirs", None)}
    assert Brand.objects.get().name == "Theirs"
    shown = read_form(answer, "brand_form")
    assert (shown["name"], shown["slug"]) == (["Mine"], ["theirs"])


def test_what_has_been_looked_through_can_be_saved_and_undoes_nothing_of_theirs(manager, brand) -> None:
    url = url_of("brand_change", brand.pk)
    fields = opened(manager, url, "brand")
    update_brand(by=None, brand=brand, values={"slug": "theirs"})
    again = read_form(send(manager, url, fields, name="Mine"), "brand_form")
    assert send(manager, url, again).status_code == 302
    found = Brand.objects.get()
    assert (found.name, found.slug, found.version) == ("Mine", "theirs", 3)


def test_it_is_refused_again_as_often_as_it_is_stale_again(manager, brand) -> None:
    url = url_of("brand_change", brand.pk)
    fields = opened(manager, url, "brand")
    for number in range(2):
        update_brand(by=None, brand=brand, values={"name": f"Theirs {number}"})
        answer = send(manager, url, fields, name="Mine")
        assert table_of(answer)["Name"][1:] == (f"Theirs {number}", "Mine")
        fields = read_form(answer, "brand_form")


def test_a_fault_leaves_the_form_at_the_version_that_it_was_opened_at(manager, brand) -> None:
    url = url_of("brand_change", brand.pk)
    fields = opened(manager, url, "brand")
    update_brand(by=None, brand=brand, values={"slug": "theirs"})
    faulty = send(manager, url, fields, name="")
    assert faulty.context["adminform"].form.errors.keys() == {"name"}
    assert "Slug" in table_of(send(manager, url, read_form(faulty, "brand_form"), name="Mine"))


def test_what_a_taken_key_refuses_is_shown_as_ever(manager, brand) -> None:
    BrandFactory(slug="taken")
    url = url_of("brand_change", brand.pk)
    answer = send(manager, url, opened(manager, url, "brand"), slug="taken")
    assert "slug" in answer.context["adminform"].form.errors
    assert "meanwhile" not in answer.context


@pytest.mark.parametrize("note", ["", "x", "[]", "{}", '{"version": "x", "values": {}}', "[" * 100_000])
def test_a_form_whose_note_was_tampered_with_is_stale(manager, brand, note) -> None:
    url = url_of("brand_change", brand.pk)
    answer = send(manager, url, opened(manager, url, "brand"), name="Mine", opened=note)
    assert answer.status_code == 200
    assert Brand.objects.get().name == "Acme"


def test_a_form_that_nobody_else_edited_is_taken(manager, brand) -> None:
    url = url_of("brand_change", brand.pk)
    assert send(manager, url, opened(manager, url, "brand"), name="Mine").status_code == 302


# --- Every kind of row


def test_a_category_and_its_place(manager) -> None:
    root, other = CategoryFactory(name="Root"), CategoryFactory(name="Other")
    made = CategoryFactory(name="Packs", parent=root)
    url = url_of("category_change", made.pk)
    fields = opened(manager, url, "category")
    update_category(by=None, category=made, values={"description": "Theirs"})
    answer = send(manager, url, fields, parent=str(other.pk), name="Mine")
    assert table_of(answer) == {"Description": ("—", "Theirs", None)}
    assert send(manager, url, read_form(answer, "category_form")).status_code == 302
    found = Category.objects.get(pk=made.pk)
    assert (found.name, found.parent, found.description) == ("Mine", other, "Theirs")


def test_an_attribute_and_its_options(manager) -> None:
    made = AttributeFactory(code="color", type="option", options=["red", "blue"])
    url = url_of("attribute_change", made.pk)
    fields = opened(manager, url, "attribute")
    options = [{"code": "red", "label": "Theirs"}, {"code": "green", "label": "Green"}]
    update_attribute(by=None, attribute=made, values={"options": options, "filterable": True})
    # blue has gone, so that its row cannot be sent any more
    answer = send(manager, url, fields | {"name": ["Mine"]})
    assert answer.status_code == 200
    assert Attribute.objects.get().name == "Color"


def test_an_option_that_was_relabelled(manager) -> None:
    made = AttributeFactory(code="color", type="option", options=["red", "blue"])
    url = url_of("attribute_change", made.pk)
    fields = opened(manager, url, "attribute")
    options = [{"code": "red", "label": "Theirs"}, {"code": "blue", "label": "Blue"}]
    update_attribute(by=None, attribute=made, values={"options": options})
    answer = send(manager, url, fields, **{"options-1-label": "Mine"})
    [(label, change)] = table_of(answer).items()
    assert (label.endswith(": Label"), change[1:]) == (True, ("Theirs", None))
    assert send(manager, url, read_form(answer, "attribute_form")).status_code == 302
    assert dict(made.options.values_list("code", "label")) == {"red": "Theirs", "blue": "Mine"}


def test_a_product_type(manager) -> None:
    made = ProductTypeFactory(code="bag", name="Bag")
    url = url_of("producttype_change", made.pk)
    fields = opened(manager, url, "producttype")
    update_product_type(by=None, product_type=made, values={"name": "Theirs"})
    assert table_of(send(manager, url, fields, name="Mine")) == {"Name": ("Bag", "Theirs", "Mine")}
    assert ProductType.objects.get().name == "Theirs"


def test_a_variant_on_its_own(manager) -> None:
    made = ProductFactory(variants=1, variants__stock=5).variants.get()
    url = url_of("variant_change", made.pk)
    fields = opened(manager, url, "variant")
    update_variant(by=None, variant_id=made.pk, values={"barcode": "123"})
    move_stock(by=None, variant_id=made.pk, delta=-1)
    answer = send(manager, url, fields, name="Mine")
    assert table_of(answer) == {"Barcode": ("—", "123", None), "Stock": ("5", "4", None)}
    assert send(manager, url, read_form(answer, "variant_form")).status_code == 302
    found = Variant.objects.get()
    assert (found.name, found.barcode, found.stock) == ("Mine", "123", 4)


# --- Products with their variants


@pytest.fixture
def product(db) -> Product:
    return ProductFactory(
        name="Trail", variants=2, variants__stock=5, brand=BrandFactory(name="Acme"), categories=[CategoryFactory()]
    )


def test_a_product_whose_variant_was_edited_is_another_one(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    first, second = product.variants.order_by("pk")
    update_variant(by=None, variant_id=first.pk, values={"name": "Theirs"})
    answer = send(manager, url, fields, **{"variants-1-name": "Mine", "description": "Mine too"})
    assert table_of(answer) == {f"{first.sku}: Name": ("—", "Theirs", None)}
    again = read_form(answer, "product_form")
    assert send(manager, url, again).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    product.refresh_from_db()
    assert (first.name, second.name, product.description) == ("Theirs", "Mine", "Mine too")


def test_names_are_shown_in_place_of_ids(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    packs = CategoryFactory(name="Packs")
    values: Any = {"brand": BrandFactory(name="Zeta"), "categories": [packs]}
    update_product(by=None, product_id=product.pk, values=values)
    shown = table_of(send(manager, url, fields, brand=str(BrandFactory(name="Yoyo").pk)))
    assert shown["Brand"] == ("Acme", "Zeta", "Yoyo")
    assert shown["Primary category"][1] == "Packs"


def test_new_rows_that_were_typed_are_kept(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    update_product(by=None, product_id=product.pk, values={"name": "Theirs"})
    typed = {"variants-TOTAL_FORMS": "3", "variants-2-sku": "NEW", "variants-2-stock": "7", "variants-2-prices": ""}
    answer = send(manager, url, fields, **typed)
    assert table_of(answer) == {"Name": ("Trail", "Theirs", None)}
    again = read_form(answer, "product_form")
    assert again["variants-2-sku"] == ["NEW"]
    assert send(manager, url, again).status_code == 302
    assert product.variants.get(sku="NEW").stock == 7


def test_stock_that_was_typed_is_kept_to_the_empty_box(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    update_product(by=None, product_id=product.pk, values={"name": "Theirs"})
    answer = send(manager, url, fields, **{"variants-0-stock": "", "variants-1-stock": "9"})
    assert send(manager, url, read_form(answer, "product_form")).status_code == 302
    assert list(product.variants.order_by("pk").values_list("stock", flat=True)) == [None, 9]


def test_a_row_that_was_deleted_here_is_still_marked(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    update_product(by=None, product_id=product.pk, values={"name": "Theirs"})
    again = read_form(send(manager, url, fields, **{"variants-0-DELETE": "on"}), "product_form")
    assert send(manager, url, again).status_code == 302
    assert product.variants.count() == 1


def test_who_may_only_look_is_told_no_version(db, product) -> None:
    page = staff("viewer").get(url_of("product_change", product.pk)).content.decode()
    assert 'name="opened"' not in page


def test_variants_that_came_meanwhile_stay(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    add_variant(by=None, product_id=product.pk, values={"sku": "THEIRS"})
    answer = send(manager, url, fields, name="Mine")
    assert "THEIRS: SKU" in table_of(answer)
    assert send(manager, url, read_form(answer, "product_form")).status_code == 302
    assert product.variants.count() == 3


def test_a_variant_that_went_meanwhile_is_said_to_be_gone(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    delete_variant(by=None, variant_id=product.variants.order_by("pk").first().pk)
    assert "has been deleted meanwhile" in send(manager, url, fields, name="Mine").content.decode()
    assert Product.objects.get().name == "Trail"


@pytest.mark.parametrize("button", ["_publish", "_archive"])
def test_the_acts_of_a_stale_form_are_refused_too(manager, product, button) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    update_product(by=None, product_id=product.pk, values={"name": "Theirs"})
    assert table_of(manager.post(url, {**fields, button: "1"})) == {"Name": ("Trail", "Theirs", None)}
    assert Product.objects.get().status == "active"


def test_a_sale_makes_no_form_stale(manager, product) -> None:
    url = url_of("product_change", product.pk)
    fields = opened(manager, url, "product")
    variant = product.variants.order_by("pk").first()
    move_stock(by=None, variant_id=variant.pk, delta=-1)
    assert send(manager, url, fields, name="Mine").status_code == 302
    variant.refresh_from_db()
    assert variant.stock == 4
