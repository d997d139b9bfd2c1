"""Products are written through the services: one form, one transaction, the same rules as the API's."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from products.models import Category, Product, ProductCategory, Variant
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory
from tests.products.admin.pages import errors_of, read_form, submit, url_of

ADD = "product_add"
CHANGE = "product_change"


def snapshot() -> list[Any]:
    """Every column of every row of the catalog."""
    tables = (Product, Variant, ProductCategory)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def placed(product: Product) -> list[Category]:
    return [link.category for link in product.category_links.order_by("position")]


@pytest.fixture
def product(db: None) -> Product:
    """A product in which every field holds something that a form could spoil."""
    made = ProductFactory(
        name="Trail “Backpack” & Söhne",
        description="\n First line\r\nsecond\n\n last \n",
        brand=BrandFactory(),
        categories=[CategoryFactory(), CategoryFactory(), CategoryFactory()],
        attributes={"one": 1.0, "none": None, "deep": {"list": [True, 1, "ü"]}},
        external_id="ERP-1",
        published_from=timezone.now(),
        variants=2,
        variants__attributes={"color": "red", "gone": None},
        variants__prices={"USD": "12.50", "JPY": "1000", "KWD": "1.125"},
    )
    made.variants.update(weight_g=900, barcode="4006381333931", stock=0)
    return made


# ---------------------------------------------------------------------- create


def test_a_product_is_created_with_variants_prices_and_categories(editor: Client) -> None:
    first, second = CategoryFactory.create_batch(2)
    typed = {
        "name": "Trail Backpack",
        "primary_category": second.pk,
        "further_categories": [first.pk],
        "attributes": '{"material": "nylon"}',
        "variants-0-sku": "TB-RED",
        "variants-0-stock": "3",
        "variants-0-prices-currency": ["USD", "JPY"],
        "variants-0-prices-amount": ["129.90", "1000"],
        "variants-0-prices-compare_at": ["149", ""],
    }
    assert submit(editor, url_of(ADD), typed).status_code == 302
    made = Product.objects.get(slug="trail-backpack")
    variant = made.variants.get()
    assert (made.status, made.version, placed(made)) == ("draft", 1, [second, first])
    assert (variant.sku, variant.stock, variant.attributes) == ("TB-RED", 3, {})
    assert {price.currency: str(price.amount) for price in variant.prices.all()} == {
        "USD": "129.9000",
        "JPY": "1000.0000",
    }


def test_an_untouched_variant_on_the_add_page_is_no_variant(editor: Client) -> None:
    submit(editor, url_of(ADD), {"name": "Bare"})
    assert not Product.objects.get(slug="bare").variants.exists()


def test_a_product_can_be_created_active(editor: Client) -> None:
    submit(editor, url_of(ADD), {"name": "Ready", "status": "active", "variants-0-sku": "R-1"})
    assert Product.objects.get(slug="ready").status == "active"


def test_an_active_product_needs_a_variant_and_says_so_at_the_variants(editor: Client) -> None:
    answer = submit(editor, url_of(ADD), {"name": "Empty", "status": "active"})
    assert errors_of(answer) == {"variants": ["An active product needs at least one variant."]}


def test_every_taken_key_of_a_new_product_is_named_at_its_field(editor: Client, product: Product) -> None:
    taken = product.variants.first()
    typed = {
        "name": "Twin",
        "slug": product.slug,
        "external_id": product.external_id,
        "variants-0-sku": taken.sku.lower(),
    }
    assert errors_of(submit(editor, url_of(ADD), typed)) == {
        "slug": ["A product with this slug already exists."],
        "external_id": ["A product with this external_id already exists."],
        "variants-0-sku": ["A variant with this SKU already exists."],
    }


def test_what_was_typed_is_shown_again_with_the_errors(editor: Client, product: Product) -> None:
    typed = {
        "name": "Twin",
        "slug": product.slug,
        "attributes": '{"a":\r\n 1}',
        "variants-0-sku": "NEW-1",
        "variants-0-prices-amount": "1.5",
    }
    shown = read_form(submit(editor, url_of(ADD), typed), "product_form")
    assert {name: shown[name][0] for name in typed} == typed


def test_creating_is_kept_in_the_history(editor: Client) -> None:
    submit(editor, url_of(ADD), {"name": "Noted"})
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.object_id) == ("Noted", str(Product.objects.get().pk))


# ---------------------------------------------------------------------- change


def test_a_form_saved_without_changes_changes_nothing(editor: Client, product: Product) -> None:
    before = snapshot()
    assert submit(editor, url_of(CHANGE, product.pk)).status_code == 302
    assert snapshot() == before
    assert not LogEntry.objects.exists()


def test_one_edit_changes_that_field_and_raises_the_version_once(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"name": "New name"})
    changed = Product.objects.get(pk=product.pk)
    assert (changed.name, changed.name_key, changed.version) == ("New name", "new name", product.version + 1)
    assert (changed.slug, changed.description) == (product.slug, product.description)
    assert changed.updated_at > product.updated_at


def test_a_history_entry_names_what_was_edited(editor: Client, product: Product) -> None:
    variant = product.variants.first()
    submit(editor, url_of(CHANGE, product.pk), {"name": "New name", "variants-0-sku": "NEW"})
    assert json.loads(LogEntry.objects.get().change_message) == [
        {"changed": {"fields": ["name"]}},
        {"changed": {"name": "variant", "object": variant.sku, "fields": ["SKU"]}},
    ]


def test_a_window_is_set_in_utc(editor: Client, product: Product) -> None:
    typed = {"published_until_0": "2040-01-31", "published_until_1": "12:30:00"}
    submit(editor, url_of(CHANGE, product.pk), typed)
    assert Product.objects.get(pk=product.pk).published_until.isoformat() == "2040-01-31T12:30:00+00:00"


def test_a_window_that_ends_before_it_begins_is_refused_at_its_end(editor: Client, product: Product) -> None:
    typed = {"published_until_0": "2001-01-31", "published_until_1": "12:30:00"}
    answer = submit(editor, url_of(CHANGE, product.pk), typed)
    assert errors_of(answer) == {"published_until": ["published_until must be later than published_from."]}


def test_a_slug_cannot_be_emptied(editor: Client, product: Product) -> None:
    answer = submit(editor, url_of(CHANGE, product.pk), {"slug": ""})
    assert errors_of(answer) == {"slug": ["This field is required."]}


@pytest.mark.parametrize("slug", ["12345", "trail backpack", "straße"])
def test_a_slug_that_is_none_is_refused(editor: Client, product: Product, slug: str) -> None:
    assert list(errors_of(submit(editor, url_of(CHANGE, product.pk), {"slug": slug}))) == ["slug"]


def test_an_emptied_external_id_becomes_none(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"external_id": " "})
    assert Product.objects.get(pk=product.pk).external_id is None


def test_line_ends_of_the_description_are_stored_as_everybody_else_writes_them(
    editor: Client, product: Product
) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"description": " one\r\ntwo\r\n"})
    assert Product.objects.get(pk=product.pk).description == " one\ntwo\n"


def test_attributes_are_replaced_as_a_whole(editor: Client, product: Product) -> None:
    wanted = {"one": 1, "none": None, "deep": {"list": [True]}, "new": "x"}
    submit(editor, url_of(CHANGE, product.pk), {"attributes": json.dumps(wanted)})
    stored = Product.objects.get(pk=product.pk).attributes
    assert stored == wanted
    assert type(stored["one"]) is int


def test_attributes_can_be_emptied(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"attributes": ""})
    assert Product.objects.get(pk=product.pk).attributes == {}


def test_a_null_cannot_be_added_to_attributes(editor: Client, product: Product) -> None:
    answer = submit(editor, url_of(CHANGE, product.pk), {"attributes": '{"none": null, "other": null}'})
    assert errors_of(answer)["attributes"][0].startswith("A null can stay but not be added")


def test_two_edits_that_are_refused_are_both_named_and_nothing_is_written(editor: Client, product: Product) -> None:
    other = ProductFactory()
    before = snapshot()
    typed = {"slug": other.slug, "name": "New", "variants-0-name": "New", "variants-1-sku": other.variants.get().sku}
    assert errors_of(submit(editor, url_of(CHANGE, product.pk), typed)) == {
        "slug": ["A product with this slug already exists."],
        "variants-1-sku": ["A variant with this SKU already exists."],
    }
    assert snapshot() == before
    assert not LogEntry.objects.exists()


# ---------------------------------------------------------------------- categories


def test_another_primary_category_moves_to_the_front(editor: Client, product: Product) -> None:
    first, second, third = placed(product)
    submit(editor, url_of(CHANGE, product.pk), {"primary_category": third.pk})
    assert placed(product) == [third, second]
    assert first not in placed(product)


def test_further_categories_keep_the_order_of_the_choice(editor: Client, product: Product) -> None:
    first, second, third = placed(product)
    submit(editor, url_of(CHANGE, product.pk), {"further_categories": [third.pk, second.pk]})
    assert placed(product) == [first, third, second]
    assert Product.objects.get(pk=product.pk).version == product.version + 1


def test_all_categories_can_be_taken_away(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"primary_category": "", "further_categories": None})
    assert placed(product) == []


def test_further_categories_need_a_primary_one(editor: Client, product: Product) -> None:
    answer = submit(editor, url_of(CHANGE, product.pk), {"primary_category": ""})
    assert errors_of(answer)["primary_category"][0].startswith("Choose the primary category first")


@pytest.mark.parametrize("gone", ["999999", "-1", "abc", "9" * 30, "1\x00"])
@pytest.mark.parametrize("field", ["primary_category", "further_categories"])
def test_a_category_that_is_gone_is_named_at_its_field(editor: Client, product: Product, field: str, gone: str) -> None:
    answer = submit(editor, url_of(CHANGE, product.pk), {field: gone})
    assert errors_of(answer) == {field: ["This category does not exist any more: choose another one."]}


@pytest.mark.parametrize("gone", ["999999", "-1", "abc", "9" * 30, "1\x00"])
def test_a_brand_that_is_gone_is_an_error_at_its_field(editor: Client, product: Product, gone: str) -> None:
    assert list(errors_of(submit(editor, url_of(CHANGE, product.pk), {"brand": gone}))) == ["brand"]


# ---------------------------------------------------------------------- publish and archive


def test_a_draft_is_saved_and_published_by_one_button(editor: Client) -> None:
    draft = ProductFactory(status="draft")
    answer = submit(editor, url_of(CHANGE, draft.pk), {"name": "Better"}, button="_publish")
    draft.refresh_from_db()
    assert (draft.name, draft.status) == ("Better", "active")
    assert answer.url == url_of(CHANGE, draft.pk)


def test_publishing_needs_a_variant_and_leaves_the_edits_unsaved(editor: Client) -> None:
    draft = ProductFactory(status="draft", variants=0)
    before = snapshot()
    answer = submit(editor, url_of(CHANGE, draft.pk), {"name": "Better"}, button="_publish")
    assert errors_of(answer) == {"variants": ["An active product needs at least one variant."]}
    assert snapshot() == before


def test_a_variant_that_is_added_by_the_same_form_is_enough_to_publish(editor: Client) -> None:
    draft = ProductFactory(status="draft", variants=0)
    typed = {"variants-TOTAL_FORMS": "1", "variants-0-sku": "FIRST"}
    submit(editor, url_of(CHANGE, draft.pk), typed, button="_publish")
    assert Product.objects.get(pk=draft.pk).status == "active"


def test_archiving_is_a_button_too_and_kept_in_the_history(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), button="_archive")
    assert Product.objects.get(pk=product.pk).status == "archived"
    assert json.loads(LogEntry.objects.get().change_message) == [{"changed": {"fields": ["status"]}}]


def test_the_status_is_no_field_of_the_form(editor: Client, product: Product) -> None:
    submit(editor, url_of(CHANGE, product.pk), {"status": "archived"})
    assert Product.objects.get(pk=product.pk).status == "active"


def test_a_product_that_was_deleted_meanwhile_is_reported_gone(editor: Client, product: Product) -> None:
    url = url_of(CHANGE, product.pk)
    fields = read_form(editor.get(url), "product_form")
    product.delete()
    answer = editor.post(url, fields, follow=True)
    assert "doesn’t exist" in answer.content.decode()
