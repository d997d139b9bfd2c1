"""The list of products, its actions, and who may do what."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from products.admin import products as module
from products.models import Product
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.products.admin.pages import act, errors_of, queries_of, read_form, rows_of, submit, url_of

LIST = "product_changelist"


def cells(client: Client, product: Product) -> dict[str, Any]:
    """What the list says of a product, by column."""
    page = client.get(url_of(LIST)).context["cl"]
    (row,) = [row for row in page.result_list if row.pk == product.pk]
    columns = ("state", "category", "price", "stock")
    return {name: getattr(page.model_admin, name)(row) for name in columns}


def full(number: int = 1) -> list[Product]:
    """Products with all that a list and a form show."""
    brand, categories = BrandFactory(), CategoryFactory.create_batch(2)
    options = {"variants": 3, "variants__prices": {"USD": "1", "EUR": "2"}, "variants__stock": 2}
    return ProductFactory.create_batch(number, brand=brand, categories=categories, **options)


# ---------------------------------------------------------------------- the list


def test_the_list_shows_the_range_of_prices_in_the_own_currency(viewer: Client) -> None:
    product = ProductFactory(variants=0)
    for amount in ("12.5", "99.9", "20"):
        VariantFactory(product=product, prices={"USD": amount, "EUR": "1"})
    assert cells(viewer, product)["price"] == "12.50 – 99.90"


def test_one_price_is_shown_as_one(viewer: Client) -> None:
    product = ProductFactory(variants=2, variants__prices={"USD": "5"})
    assert cells(viewer, product)["price"] == "5.00"


def test_a_product_without_a_price_in_the_own_currency_shows_none(viewer: Client) -> None:
    assert cells(viewer, ProductFactory(variants__prices={"EUR": "5"}))["price"] is None


@pytest.mark.parametrize(
    ("stocks", "shown"), [([], "no variants"), ([None, None], "untracked"), ([None, 3, 1200], "1,203"), ([0], "0")]
)
def test_stock_is_the_sum_of_what_is_tracked(viewer: Client, stocks: list[int | None], shown: str) -> None:
    product = ProductFactory(variants=0)
    for stock in stocks:
        VariantFactory(product=product, stock=stock)
    assert cells(viewer, product)["stock"] == shown


def test_the_category_in_the_list_is_the_primary_one(viewer: Client) -> None:
    first, second = CategoryFactory(name="Zebra"), CategoryFactory(name="Ant")
    assert cells(viewer, ProductFactory(categories=[first, second]))["category"] == "Zebra"


def test_what_was_edited_last_stands_first(viewer: Client) -> None:
    old, new = ProductFactory.create_batch(2)
    Product.objects.filter(pk=old.pk).update(name="Edited")
    assert rows_of(viewer.get(url_of(LIST))) == [old, new]


@pytest.mark.parametrize("column", range(1, 8))
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_column_that_offers_it_can_be_sorted_by(viewer: Client, column: int, direction: str) -> None:
    full(2)
    assert viewer.get(url_of(LIST), {"o": f"{direction}{column}"}).status_code == 200


def test_search_finds_by_words_of_the_name_slug_sku_and_external_id(viewer: Client) -> None:
    product = ProductFactory(name="Große Reise Tasche", slug="grosse-tasche", external_id="ERP-77", variants=0)
    VariantFactory(product=product, sku="TAS-RED-1")
    ProductFactory()
    for term in ("tasche große", "GROSSE", "grosse-ta", "tas-red", "TAS-RED-1", "ERP-77"):
        assert rows_of(viewer.get(url_of(LIST), {"q": term})) == [product], term


@pytest.mark.parametrize("term", ["ERP-7", "RED", "nothing like it"])
def test_search_finds_nothing_else(viewer: Client, term: str) -> None:
    ProductFactory(external_id="ERP-77", variants__sku="TAS-RED-1")
    assert rows_of(viewer.get(url_of(LIST), {"q": term})) == []


@pytest.mark.parametrize(
    "query",
    [
        "status__exact=%00",
        "q=%00",
        "category=%00",
        "in_stock=%00",
        "status__exact=gone",
        "p=999",
        "o=99",
        "o=abc",
        "e=1",
        "unknown=1",
        "brand__name=x",
    ],
)
def test_a_forged_address_of_the_list_is_no_fault_of_ours(viewer: Client, query: str) -> None:
    assert viewer.get(f"{url_of(LIST)}?{query}").status_code in {200, 302, 400}


# ---------------------------------------------------------------------- queries


def test_the_list_takes_the_same_queries_for_one_product_and_many(viewer: Client) -> None:
    full(1)
    one = queries_of(lambda: viewer.get(url_of(LIST)))
    full(30)
    assert queries_of(lambda: viewer.get(url_of(LIST))) == one <= 7


def test_a_form_takes_the_same_queries_for_one_variant_and_many(editor: Client) -> None:
    small, large = full(2)
    VariantFactory.create_batch(27, product=large)
    read = [queries_of(lambda: editor.get(url_of("product_change", row.pk))) for row in (small, large)]  # noqa: B023
    assert read[0] == read[1] <= 16


def test_a_form_saved_without_changes_takes_the_same_queries_for_one_variant_and_many(editor: Client) -> None:
    small, large = full(2)
    VariantFactory.create_batch(27, product=large)
    taken = []
    for product in (small, large):
        url = url_of("product_change", product.pk)
        fields = {**read_form(editor.get(url), "product_form"), "name": ""}
        taken.append(queries_of(lambda: editor.post(url, fields)))  # noqa: B023
    assert taken[0] == taken[1]


def test_the_form_of_a_new_product_takes_few_queries(editor: Client) -> None:
    assert queries_of(lambda: editor.get(url_of("product_add"))) <= 5


def test_looking_takes_the_same_queries_for_one_variant_and_many(viewer: Client) -> None:
    small, large = full(2)
    VariantFactory.create_batch(27, product=large)
    read = [queries_of(lambda: viewer.get(url_of("product_change", row.pk))) for row in (small, large)]  # noqa: B023
    assert read[0] == read[1]


def test_a_confirmation_takes_the_same_queries_for_one_product_and_many(manager: Client) -> None:
    few, many = full(1), full(30)
    one = queries_of(lambda: act(manager, LIST, "delete_selected", *few))
    assert queries_of(lambda: act(manager, LIST, "delete_selected", *many)) == one


# ---------------------------------------------------------------------- who may


def test_nobody_enters_without_signing_in(client: Client) -> None:
    assert client.get(url_of(LIST)).url.startswith("/admin/login/")


def test_a_viewer_sees_everything_and_no_box(viewer: Client) -> None:
    product = full()[0]
    Product.objects.filter(pk=product.pk).update(attributes={"ä": [1]}, external_id="ERP-1")
    page = viewer.get(url_of("product_change", product.pk)).content.decode()
    places = [link.category.name for link in product.category_links.order_by("position")]
    for shown in ("EUR 2.00", "USD 1.00", "&quot;ä&quot;: [", "ERP-1", *places, product.brand.name):
        assert shown in page
    assert "<textarea" not in page
    assert "_publish" not in page


@pytest.mark.parametrize("view", ["product_change", "product_delete"])
def test_a_viewer_changes_nothing(viewer: Client, view: str) -> None:
    product = full()[0]
    assert viewer.post(url_of(view, product.pk), {"post": "yes", "name": "New"}).status_code == 403
    assert Product.objects.get().name == product.name


def test_a_viewer_is_offered_no_action(viewer: Client) -> None:
    full()
    assert viewer.get(url_of(LIST)).context["action_form"] is None


def test_an_editor_may_not_delete(editor: Client) -> None:
    product = full()[0]
    assert editor.post(url_of("product_delete", product.pk), {"post": "yes"}).status_code == 403
    act(editor, LIST, "delete_selected", product, post="yes")
    assert Product.objects.exists()


def test_somebody_without_rights_on_variants_reads_their_faults_above_the_form(client: Client, db: None) -> None:
    user = UserFactory(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_product", "change_product"]))
    client.force_login(user)
    draft = ProductFactory(status="draft", variants=0)
    answer = submit(client, url_of("product_change", draft.pk), button="_publish")
    assert errors_of(answer) == {"__all__": ["An active product needs at least one variant."]}


# ---------------------------------------------------------------------- the form's page


def test_a_visible_product_links_to_its_public_document(editor: Client) -> None:
    product = ProductFactory(slug="visible")
    assert '<a href="/api/v1/products/visible/">' in editor.get(url_of("product_change", product.pk)).content.decode()


def test_a_scheduled_product_says_when_it_will_be_public(editor: Client) -> None:
    product = ProductFactory(published_from=timezone.now() + timedelta(days=1))
    page = editor.get(url_of("product_change", product.pk)).content.decode()
    assert f"Not public before {product.published_from:%Y-%m-%d %H:%M:%S} UTC." in page


@pytest.mark.parametrize(("status", "offered"), [("draft", "pa"), ("active", "a"), ("archived", "p")])
def test_only_acts_that_change_something_are_offered(editor: Client, status: str, offered: str) -> None:
    page = editor.get(url_of("product_change", ProductFactory(status=status).pk)).content.decode()
    assert [name for name in ("_publish", "_archive") if f'name="{name}"' in page] == [
        f"_{name}" for name in ("publish", "archive") if name[0] in offered
    ]


def test_many_variants_are_edited_in_a_list_of_their_own(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_INLINE_VARIANTS", 2)
    product = full()[0]
    page = editor.get(url_of("product_change", product.pk))
    assert page.context["inline_admin_formsets"] == []
    assert f'<a href="/admin/products/variant/?product={product.pk}">3 variants' in page.content.decode()


def test_as_many_variants_as_a_form_shows_can_be_sent(editor: Client) -> None:
    prices = dict.fromkeys(("USD", "EUR", "GBP", "JPY", "CHF"), "5")
    product = ProductFactory(variants=module.MAX_INLINE_VARIANTS, variants__prices=prices)
    fields = read_form(editor.get(url_of("product_change", product.pk)), "product_form")
    answer = editor.post(url_of("product_change", product.pk), {**fields, "variants-99-name": "Last"})
    assert answer.status_code == 302
    assert product.variants.filter(name="Last").count() == 1


def test_a_form_that_was_opened_with_its_variants_is_still_taken(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = full()[0]
    fields = read_form(editor.get(url_of("product_change", product.pk)), "product_form")
    monkeypatch.setattr(module, "MAX_INLINE_VARIANTS", 2)
    editor.post(url_of("product_change", product.pk), {**fields, "variants-0-sku": "NEW"})
    assert product.variants.filter(sku="NEW").exists()


def test_a_form_without_its_variants_is_saved_too(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_INLINE_VARIANTS", 0)
    product = full()[0]
    fields = read_form(editor.get(url_of("product_change", product.pk)), "product_form")
    editor.post(url_of("product_change", product.pk), {**fields, "name": "New"})
    assert Product.objects.get().name == "New"


@pytest.mark.parametrize("page", ["product_changelist", "product_add"])
def test_pages_hold_no_script_or_style_of_their_own(editor: Client, page: str) -> None:
    full()
    text = editor.get(url_of(page)).content.decode()
    assert "<style" not in text
    assert ' style="' not in text
    assert " onclick=" not in text
    assert all(" src=" in script or "src=" in script for script in text.split("<script")[1:])
