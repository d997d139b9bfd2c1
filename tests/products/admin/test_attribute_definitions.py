"""Attributes with their options, edited as one list."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from products.admin import attribute_definitions as module
from products.models import Attribute, AttributeOption
from products.services.attributes import update_attribute
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory
from tests.products.admin.pages import act, errors_of, messages_of, queries_of, read_form, rows_of, submit, url_of

LIST = "attribute_changelist"


def change(client: Client, attribute: Attribute, **typed: Any) -> Any:
    return submit(client, url_of("attribute_change", attribute.pk), typed, form="attribute")


def more(number: int, *rows: dict[str, str]) -> dict[str, str]:
    """What a browser sends of options that were added behind so many."""
    typed = {"options-TOTAL_FORMS": str(number + len(rows))}
    for index, row in enumerate(rows, start=number):
        typed |= {f"options-{index}-{name}": value for name, value in {"position": "", **row}.items()}
    return typed


def options(attribute: Attribute) -> list[tuple[str, str, int]]:
    rows = attribute.options.order_by("position", "pk")
    return [(row.code, row.label, row.position) for row in rows]


@pytest.fixture
def color(db: None) -> Attribute:
    """An attribute that a type uses and products carry: red, not blue."""
    color = AttributeFactory(code="color", name="Color", type="option", options=["red", "blue"])
    ProductFactory(product_type=ProductTypeFactory(attributes=[color]), attributes={"color": "red"})
    return color


def test_an_attribute_is_created_with_options_in_their_order(manager: Client) -> None:
    rows = ({"code": "l", "label": "L"}, {"code": "s", "label": "S", "position": "0"})
    typed = {"name": "Size", "code": "size", "type": "option", "filterable": "on", **more(0, *rows)}
    assert submit(manager, url_of("attribute_add"), typed, form="attribute").status_code == 302
    made = Attribute.objects.get(code="size")
    assert (made.name, made.type, made.filterable, made.searchable) == ("Size", "option", True, False)
    assert options(made) == [("s", "S", 0), ("l", "L", 1)]


def test_a_form_saved_without_changes_changes_nothing(manager: Client, color: Attribute) -> None:
    before = [list(table.objects.order_by("pk").values()) for table in (Attribute, AttributeOption)]
    assert change(manager, color).status_code == 302
    assert [list(table.objects.order_by("pk").values()) for table in (Attribute, AttributeOption)] == before
    assert not LogEntry.objects.exists()


def test_options_are_renamed_moved_added_and_taken_away(manager: Client, color: Attribute) -> None:
    typed = {"options-0-label": "Crimson", "options-0-position": "7", "options-1-DELETE": "on"}
    change(manager, color, **typed, **more(2, {"code": "green", "label": "Green"}))
    assert options(color) == [("red", "Crimson", 7), ("green", "Green", 8)]


def test_the_history_names_the_options(manager: Client, color: Attribute) -> None:
    change(manager, color, **{"options-0-label": "Crimson", "options-1-DELETE": "on"})
    [changed, deleted] = json.loads(LogEntry.objects.get().change_message)
    assert changed["changed"] == {"name": "attribute option", "object": "Crimson", "fields": ["label"]}
    assert deleted["deleted"]["object"] == "Blue"


def test_an_option_that_products_carry_stays(manager: Client, color: Attribute) -> None:
    answer = change(manager, color, name="Colour", **{"options-0-DELETE": "on"})
    assert answer.context["inline_admin_formsets"][0].formset.non_form_errors() == ["Products carry the option 'red'."]
    assert Attribute.objects.get().name == "Color"
    assert len(options(color)) == 2


def test_an_option_that_came_meanwhile_stays(manager: Client, color: Attribute) -> None:
    url = url_of("attribute_change", color.pk)
    fields = read_form(manager.get(url), "attribute_form")
    rows = [{"code": code, "label": code.capitalize()} for code in ("red", "blue", "green")]
    update_attribute(by=None, attribute=color, values={"options": rows})
    refused = manager.post(url, {**fields, "options-0-label": "Crimson"})
    manager.post(url, read_form(refused, "attribute_form"))
    assert options(color) == [("red", "Crimson", 0), ("blue", "Blue", 1), ("green", "Green", 2)]


def test_an_option_that_went_meanwhile_is_told(manager: Client, color: Attribute) -> None:
    url = url_of("attribute_change", color.pk)
    fields = read_form(manager.get(url), "attribute_form")
    color.options.get(code="blue").delete()
    answer = manager.post(url, {**fields, "options-0-label": "Crimson"})
    [error] = answer.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert error.startswith("One attribute option that you see here has been deleted meanwhile")


def test_the_same_code_twice_is_refused(manager: Client, color: Attribute) -> None:
    answer = change(manager, color, **more(2, {"code": "red", "label": "Other"}))
    forms = answer.context["inline_admin_formsets"][0].formset.forms
    assert forms[2].errors == {"code": ["Another attribute option of this form has the same."]}


@pytest.mark.parametrize("code", ["", "a b", "a,b", "é"])
def test_a_code_of_an_option_that_is_none_is_refused(manager: Client, color: Attribute, code: str) -> None:
    answer = change(manager, color, **more(2, {"code": code, "label": "Other"}))
    assert list(answer.context["inline_admin_formsets"][0].formset.forms[2].errors) == ["code"]


def test_options_are_for_attributes_that_take_them(manager: Client) -> None:
    typed = {"name": "Size", "code": "size", "type": "text", **more(0, {"code": "s", "label": "S"})}
    answer = submit(manager, url_of("attribute_add"), typed, form="attribute")
    assert "Only attributes of the types option and options have options." in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"type": "text", "min": "1"}, "min"),
        ({"type": "number", "min": "2", "max": "1"}, "max"),
        ({"type": "number", "code": "taken"}, "code"),
        ({"type": "number", "code": "a__b"}, "code"),
        ({"type": "number", "max": "nan"}, "max"),
    ],
)
def test_what_is_refused_is_named_at_its_field(manager: Client, typed: dict[str, str], field: str) -> None:
    AttributeFactory(code="taken")
    answer = submit(manager, url_of("attribute_add"), {"name": "It", "code": "it", **typed}, form="attribute")
    assert list(errors_of(answer)) == [field]


def test_whole_limits_are_shown_without_a_fraction(manager: Client) -> None:
    attribute = AttributeFactory(type="number", min=1.0, max=2.5)
    shown = read_form(manager.get(url_of("attribute_change", attribute.pk)), "attribute_form")
    assert (shown["min"], shown["max"]) == (["1"], ["2.5"])


def test_code_and_type_stay_once_a_type_uses_it(manager: Client, color: Attribute) -> None:
    shown = read_form(manager.get(url_of("attribute_change", color.pk)), "attribute_form")
    assert not {"code", "type"} & shown.keys()
    free = read_form(manager.get(url_of("attribute_change", AttributeFactory().pk)), "attribute_form")
    assert {"code", "type"} <= free.keys()


def test_an_edit_of_the_type_that_was_begun_before_is_refused_with_its_reason(manager: Client) -> None:
    attribute = AttributeFactory()
    fields = read_form(manager.get(url_of("attribute_change", attribute.pk)), "attribute_form")
    ProductTypeFactory(attributes=[attribute])
    answer = manager.post(url_of("attribute_change", attribute.pk), {**fields, "type": "date"})
    assert errors_of(answer) == {"type": ["This stays while product types use it."]}


def test_an_attribute_in_use_says_by_how_many_types(manager: Client, color: Attribute) -> None:
    page = manager.post(url_of("attribute_delete", color.pk), {"post": "yes"}).content.decode()
    link = f"{url_of('producttype_changelist')}?attribute={color.pk}"
    assert f'Color: used by <a href="{link}">1 product type</a>' in page
    assert Attribute.objects.exists()


def test_unused_attributes_are_deleted_together(manager: Client) -> None:
    act(manager, LIST, "delete_selected", *AttributeFactory.create_batch(2, type="option", options=["a"]), post="yes")
    assert not Attribute.objects.exists()


def test_an_attribute_that_gets_used_while_it_is_deleted_stays(
    manager: Client, color: Attribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.AttributeAdmin, "reasons_to_keep", lambda *_: [])
    answer = manager.post(url_of("attribute_delete", color.pk), {"post": "yes"}, follow=True)
    assert messages_of(answer) == ["It is in use and cannot be deleted."]


def test_the_list_counts_types_and_is_searched_by_name_and_code(viewer: Client, color: Attribute) -> None:
    AttributeFactory(code="other", name="Other")
    [row] = rows_of(viewer.get(url_of(LIST), {"q": "COL"}))
    assert (row, row.type_count) == (color, 1)
    assert rows_of(viewer.get(url_of(LIST), {"q": "oth"})) == [Attribute.objects.get(code="other")]


def test_only_managers_edit_and_viewers_see_the_options(viewer: Client, editor: Client, color: Attribute) -> None:
    for client in (viewer, editor):
        page = client.get(url_of("attribute_change", color.pk)).content.decode()
        assert "Red" in page
        assert "options-0-label" not in page
        assert client.post(url_of("attribute_change", color.pk), {"name": "New"}).status_code == 403


def test_more_options_than_a_form_can_bear_are_left_out(
    manager: Client, color: Attribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_INLINE_OPTIONS", 1)
    assert "2 options: too many" in manager.get(url_of("attribute_change", color.pk)).content.decode()
    change(manager, color, name="Colour")
    assert Attribute.objects.get().name == "Colour"
    assert len(options(color)) == 2


def test_pages_take_the_same_queries_for_one_and_many(manager: Client, color: Attribute) -> None:
    def asked() -> list[int]:
        urls = url_of(LIST), url_of("attribute_change", color.pk)
        return [queries_of(lambda url=url: manager.get(url)) for url in urls]  # type: ignore[misc]

    one = asked()
    for attribute in AttributeFactory.create_batch(10):
        ProductTypeFactory(attributes=[attribute])
    for index in range(20):
        AttributeOption.objects.create(attribute=color, code=f"c{index}", label="C", position=index)
    assert asked() == one
    assert max(one) <= 7
