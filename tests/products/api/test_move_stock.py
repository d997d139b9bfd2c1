"""POST /variants/{id}/stock/"""

from typing import Any

import pytest

from products.models import Product, Variant
from tests.answers import faults, problem
from tests.factories.products import VariantFactory
from tests.threads import at_once

MOST = 2_000_000_000


def url(variant: Variant) -> str:
    return f"/api/v1/variants/{variant.pk}/stock/"


def move(client: Any, variant: Variant, **body: Any) -> dict[str, Any]:
    response = client.post(url(variant), body)
    assert response.status_code == 200, response.content
    return dict(response.json())


@pytest.mark.parametrize(
    ("stock", "body", "expected"),
    [
        (15, {"delta": -1}, 14),
        (15, {"delta": 5}, 20),
        (15, {"delta": -15}, 0),
        (15, {"delta": 0}, 15),
        (0, {"delta": MOST}, MOST),
        (MOST, {"delta": -MOST}, 0),
        (15, {"set": 5}, 5),
        (15, {"set": 0}, 0),
        (15, {"set": None}, None),
        (None, {"set": 5}, 5),
        (None, {"set": None}, None),
        (0, {"set": MOST}, MOST),
    ],
)
def test_stock_is_moved_or_set(editor, stock, body, expected) -> None:
    made = VariantFactory(stock=stock)
    shown = move(editor, made, **body)
    assert (shown["stock"], shown["in_stock"]) == (expected, expected != 0)
    assert shown == editor.get(f"/api/v1/variants/{made.pk}/").json()


def test_the_form_without_a_slash_takes_the_body(editor) -> None:
    made = VariantFactory(stock=5)
    assert editor.post(url(made).rstrip("/"), {"delta": -1}).json()["stock"] == 4


def test_a_sale_is_no_new_version_of_anything(editor) -> None:
    made = VariantFactory(stock=5)
    before = Product.objects.values_list("version", "updated_at").get()
    assert move(editor, made, delta=-1)["version"] == 1
    assert Product.objects.values_list("version", "updated_at").get() == before


def test_a_movement_moves_the_time_of_the_variant(editor) -> None:
    made = VariantFactory(stock=5)
    move(editor, made, delta=-1)
    assert Variant.objects.get().updated_at > made.updated_at


@pytest.mark.parametrize(
    ("stock", "body"), [(5, {"delta": 0}), (5, {"set": 5}), (None, {"set": None}), (0, {"set": 0})]
)
def test_a_movement_of_nothing_moves_nothing(editor, stock, body) -> None:
    made = VariantFactory(stock=stock)
    move(editor, made, **body)
    assert Variant.objects.get().updated_at == made.updated_at


@pytest.mark.parametrize(("stock", "delta"), [(0, -1), (15, -16), (5, -MOST)])
def test_below_zero_there_is_nothing(editor, stock, delta) -> None:
    made = VariantFactory(stock=stock)
    assert faults(editor.post(url(made), {"delta": delta}), "insufficient_stock") == {"/delta": "insufficient_stock"}
    assert Variant.objects.get().stock == stock


@pytest.mark.parametrize("delta", [-1, 0, 1])
def test_what_is_not_tracked_cannot_be_counted(editor, delta) -> None:
    made = VariantFactory(stock=None)
    problem(editor.post(url(made), {"delta": delta}), "stock_not_tracked")


@pytest.mark.parametrize(("stock", "delta"), [(MOST, 1), (1, MOST)])
def test_more_than_can_be_kept_is_refused(editor, stock, delta) -> None:
    made = VariantFactory(stock=stock)
    assert faults(editor.post(url(made), {"delta": delta}), "stock_out_of_range") == {"/delta": "max_value"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"": "exactly_one"}),
        ({"delta": 1, "set": 1}, {"": "exactly_one"}),
        ({"delta": 1, "set": None}, {"": "exactly_one"}),
        ({"delta": None}, {"/delta": "null"}),
        ({"delta": "1"}, {"/delta": "invalid"}),
        ({"delta": 1.0}, {"/delta": "invalid"}),
        ({"delta": True}, {"/delta": "invalid"}),
        ({"delta": []}, {"/delta": "invalid"}),
        ({"delta": MOST + 1}, {"/delta": "max_value"}),
        ({"delta": -MOST - 1}, {"/delta": "min_value"}),
        ({"set": -1}, {"/set": "min_value"}),
        ({"set": MOST + 1}, {"/set": "max_value"}),
        ({"set": "5"}, {"/set": "invalid"}),
        ({"set": False}, {"/set": "invalid"}),
        ({"set": 2**63 - 1}, {"/set": "max_value"}),
        ({"stock": 5}, {"/stock": "unknown_field"}),
        ({"delta": 1, "sku": "A"}, {"/sku": "unknown_field"}),
        ([], {"": "invalid"}),
        (-1, {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(editor, body, expected) -> None:
    made = VariantFactory(stock=5)
    assert faults(editor.post(url(made), body)) == expected
    assert Variant.objects.get().stock == 5


def test_the_variant_must_be_there(editor) -> None:
    problem(editor.post("/api/v1/variants/999999/stock/", {"delta": 1}), "not_found")


@pytest.mark.parametrize("body", [{"delta": -1}, {"set": 9}])
def test_a_movement_costs_the_same_beside_one_and_beside_fifty(editor, django_assert_num_queries, body) -> None:
    editor.post(url(VariantFactory(stock=5)), body)
    for count in (1, 50):
        made = VariantFactory(stock=5)
        VariantFactory.create_batch(count, product=made.product)
        with django_assert_num_queries(MOVE_QUERIES):
            move(editor, made, **body)


# find it 1; whose it is 1; lock the product with its parts 4; write 1, list it 2, log it 1; savepoint 2
MOVE_QUERIES = 12


@pytest.mark.django_db(transaction=True)
def test_of_forty_sales_at_once_as_many_succeed_as_there_are_in_stock(editor) -> None:
    made = VariantFactory(stock=15)
    answers = at_once(40, lambda _: editor.post(url(made), {"delta": -1}))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [409] * 25
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"insufficient_stock"}
    assert Variant.objects.get().stock == 0
