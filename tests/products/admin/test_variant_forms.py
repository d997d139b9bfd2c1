"""Variants are edited below their product: added, changed, deleted and priced in one go with it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from products.models import Product, Variant
from products.services.variants import move_stock
from tests.factories.products import ProductFactory, VariantFactory
from tests.products.admin.pages import Fields, errors_of, read_form, staff, submit, url_of


@pytest.fixture
def product(db: None) -> Product:
    """An active product with two variants."""
    return ProductFactory(variants=2, variants__stock=5)


def page(product: Product) -> str:
    return url_of("product_change", product.pk)


def one_more(number: int, **values: Any) -> dict[str, Any]:
    """What a browser sends of a variant that was added on the page."""
    return {"variants-TOTAL_FORMS": str(number + 1)} | {
        f"variants-{number}-{name}": value for name, value in values.items()
    }


def prices(variant: Variant) -> dict[str, tuple[str, str | None]]:
    rows = variant.prices.order_by("currency")
    return {row.currency: (f"{row.amount:f}", row.compare_at and f"{row.compare_at:f}") for row in rows}


def versions(product: Product) -> tuple[int, list[int]]:
    return Product.objects.get(pk=product.pk).version, list(product.variants.values_list("version", flat=True))


# ---------------------------------------------------------------------- add, change, delete


def test_a_variant_is_added_behind_the_others(editor: Client, product: Product) -> None:
    product.variants.update(position=4)
    price = {"prices-currency": "USD", "prices-amount": "9.5"}
    submit(editor, page(product), one_more(2, sku="NEW", attributes='{"a": 1}', **price))
    added = Variant.objects.get(sku="NEW")
    assert (added.position, added.attributes, prices(added)) == (5, {"a": 1}, {"USD": ("9.5000", None)})
    assert versions(product) == (2, [1, 1, 1])


def test_an_edit_of_a_variant_counts_for_it_and_its_product(editor: Client, product: Product) -> None:
    submit(editor, page(product), {"variants-1-name": "Large", "variants-1-weight_g": "350"})
    changed = product.variants.last()
    assert (changed.name, changed.weight_g) == ("Large", 350)
    assert versions(product) == (2, [1, 2])


def test_a_variant_is_deleted_by_its_box(manager: Client, product: Product) -> None:
    kept = product.variants.last()
    submit(manager, page(product), {"variants-0-DELETE": "on"})
    assert list(product.variants.all()) == [kept]
    assert versions(product)[0] == 2


def test_the_last_variant_of_an_active_product_stays(manager: Client, product: Product) -> None:
    answer = submit(manager, page(product), {"variants-0-DELETE": "on", "variants-1-DELETE": "on"})
    assert errors_of(answer) == {"variants": ["An active product keeps at least one variant: archive it first."]}
    assert product.variants.count() == 2


def test_all_variants_go_when_the_same_form_archives(manager: Client, product: Product) -> None:
    gone = {"variants-0-DELETE": "on", "variants-1-DELETE": "on"}
    submit(manager, page(product), gone, button="_archive")
    assert not product.variants.exists()


def test_all_variants_can_be_replaced_at_once(manager: Client, product: Product) -> None:
    typed = {"variants-0-DELETE": "on", "variants-1-DELETE": "on", **one_more(2, sku="NEW")}
    submit(manager, page(product), typed)
    assert [variant.sku for variant in product.variants.all()] == ["NEW"]


def test_the_sku_of_a_deleted_variant_can_be_given_to_a_new_one(manager: Client, product: Product) -> None:
    sku = product.variants.first().sku
    submit(manager, page(product), {"variants-0-DELETE": "on", **one_more(2, sku=sku)})
    assert product.variants.last().sku == sku


def test_errors_of_a_deleted_variant_do_not_matter(manager: Client, product: Product) -> None:
    assert submit(manager, page(product), {"variants-0-DELETE": "on", "variants-0-sku": ""}).status_code == 302


def test_an_editor_may_not_delete_even_by_sending_the_box(editor: Client, product: Product) -> None:
    submit(editor, page(product), {"variants-0-DELETE": "on"})
    assert product.variants.count() == 2


def test_an_emptied_position_stays_what_it_was(editor: Client, product: Product) -> None:
    product.variants.update(position=7)
    submit(editor, page(product), {"variants-0-position": ""})
    assert [variant.position for variant in product.variants.all()] == [7, 7]


def test_variants_of_another_product_are_out_of_reach(editor: Client, product: Product) -> None:
    foreign = VariantFactory(sku="FOREIGN")
    answer = submit(editor, page(product), {"variants-0-id": foreign.pk, "variants-0-sku": "STOLEN"})
    assert "variants" in errors_of(answer)
    assert Variant.objects.get(pk=foreign.pk).sku == "FOREIGN"


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("sku", "", "This field is required."),
        ("sku", "x" * 65, "Ensure this value has at most 64 characters (it has 65)."),
        ("stock", "-1", "Ensure this value is greater than or equal to 0."),
        ("stock", "2000000001", "Ensure this value is less than or equal to 2000000000."),
        ("weight_g", "1.5", "Enter a whole number."),
        ("attributes", "[1]", "This must be a JSON object."),
        ("attributes", '{"a": }', "This is not valid JSON: expecting value at line 1 column 7."),
    ],
)
def test_a_wrong_value_is_named_at_its_field(
    editor: Client, product: Product, field: str, text: str, error: str
) -> None:
    answer = submit(editor, page(product), {f"variants-1-{field}": text})
    assert errors_of(answer) == {f"variants-1-{field}": [error]}


def test_a_fold_with_an_error_in_it_is_open(editor: Client, product: Product) -> None:
    page_with_error = submit(editor, page(product), {"variants-1-weight_g": "heavy"})
    folds = page_with_error.content.decode().count("<summary>")
    assert folds == editor.get(page(product)).content.decode().count("<summary>") - 1


def test_one_sku_twice_in_a_form_is_named_at_the_second(editor: Client, product: Product) -> None:
    typed = {"variants-0-sku": "Straße", **one_more(2, sku="STRASSE")}
    assert errors_of(submit(editor, page(product), typed)) == {
        "variants-2-sku": ["Another variant of this form has the same."]
    }


def test_a_taken_sku_is_named_at_the_new_variant_that_wants_it(editor: Client, product: Product) -> None:
    VariantFactory(sku="TAKEN")
    answer = submit(editor, page(product), one_more(2, sku="taken"))
    assert errors_of(answer) == {"variants-2-sku": ["A variant with this SKU already exists."]}


def test_a_new_product_names_the_right_variant_though_one_before_it_is_empty(editor: Client) -> None:
    VariantFactory(sku="TAKEN")
    typed = {"name": "New", **one_more(2, sku="taken"), "variants-1-sku": "FREE"}
    answer = submit(editor, url_of("product_add"), typed)
    assert errors_of(answer) == {"variants-2-sku": ["A variant with this SKU already exists."]}


def test_a_variant_that_was_deleted_meanwhile_is_told_of(editor: Client, product: Product) -> None:
    fields = read_form(editor.get(page(product)), "product_form")
    product.variants.first().delete()
    answer = editor.post(page(product), {**fields, "name": "New"})
    assert errors_of(answer)["variants"][0].startswith("One variant that you see here has been deleted meanwhile")
    assert Product.objects.get(pk=product.pk).name == product.name


# ---------------------------------------------------------------------- stock


def opened_before_a_sale(client: Client, product: Product) -> Fields:
    fields = read_form(client.get(page(product)), "product_form")
    move_stock(by=None, variant_id=product.variants.first().pk, delta=-2)
    return fields


def test_a_sale_while_the_page_is_open_is_not_undone(editor: Client, product: Product) -> None:
    fields = opened_before_a_sale(editor, product)
    assert editor.post(page(product), {**fields, "name": "New"}).status_code == 302
    assert product.variants.first().stock == 3


def test_a_stock_that_was_typed_is_set_whatever_was_sold(editor: Client, product: Product) -> None:
    fields = opened_before_a_sale(editor, product)
    editor.post(page(product), {**fields, "variants-0-stock": "8"})
    assert product.variants.first().stock == 8


def test_an_emptied_stock_is_not_tracked(editor: Client, product: Product) -> None:
    submit(editor, page(product), {"variants-0-stock": ""})
    assert product.variants.first().stock is None


def test_counting_stock_is_no_edit_of_the_product(editor: Client, product: Product) -> None:
    submit(editor, page(product), {"variants-0-stock": "8"})
    assert versions(product) == (1, [1, 1])


def test_what_the_page_began_with_is_kept_through_an_error(editor: Client, product: Product) -> None:
    fields = opened_before_a_sale(editor, product)
    again = read_form(editor.post(page(product), {**fields, "name": ""}), "product_form")
    editor.post(page(product), {**again, "name": "New"})
    assert product.variants.first().stock == 3


# ---------------------------------------------------------------------- what no browser sends


@pytest.mark.parametrize(
    "forged",
    [
        {"variants-TOTAL_FORMS": None},
        {"variants-TOTAL_FORMS": "many"},
        {"variants-INITIAL_FORMS": "7", "variants-TOTAL_FORMS": "7"},
        {"variants-0-id": None},
        {"variants-0-id": "abc"},
        {"variants-0-prices-currency": None},
        {"variants-0-prices-amount": ["1", "2", "3"]},
        {"variants-0-sku": "a\x00b"},
        {"variants-0-prices-currency": "\x00"},
        {"variants-0-attributes": '{"a": "\\u0000"}'},
        {"variants-0-attributes": '{"a": 1e400}'},
        {"variants-0-attributes": "[" * 5_000},
    ],
)
def test_a_forged_form_is_refused_with_a_page(editor: Client, product: Product, forged: dict[str, Any]) -> None:
    typed = {"name": "New", "variants-0-prices-amount": "11", **forged}
    assert errors_of(submit(editor, page(product), typed))
    assert versions(product) == (1, [1, 1])


def test_an_empty_form_is_refused_with_a_page(editor: Client, product: Product) -> None:
    assert "name" in errors_of(editor.post(page(product), {}))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_save_one_product_at_once_wait_for_each_other() -> None:
    product = ProductFactory(variants=2, variants__stock=5)
    fields = {}
    for person, (counted, renamed) in {"one": (0, 1), "two": (1, 0)}.items():
        client = staff(person, role="manager")
        typed = {f"variants-{counted}-stock": "7", f"variants-{renamed}-name": person}
        fields[client] = {**read_form(client.get(page(product)), "product_form"), **typed}
        del fields[client]["opened"]  # as from a script that does not mind what it overwrites
    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda client: save(client, product, fields[client]), fields)
            assert [answer.status_code for answer in answers] == [302, 302]


def save(client: Client, product: Product, fields: Fields) -> Any:
    try:
        return client.post(page(product), fields)
    finally:
        connection.close()
