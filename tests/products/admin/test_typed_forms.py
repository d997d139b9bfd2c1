"""Forms of typed products: an input for each attribute, on the product and on its variants."""

from typing import Any

import pytest
from django.test import Client

from products.admin import products as module
from products.models import Product, ProductType, ProductTypeAttribute, Variant
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory, VariantFactory
from tests.products.admin.pages import Fields, errors_of, messages_of, queries_of, read_form, staff, submit, url_of

VALUES = {"material": "nylon", "volume": 35, "waterproof": False, "launched": "2025-03-01", "extras": ["belt", "cover"]}


@pytest.fixture
def bag(db: None) -> ProductType:
    """A type with an attribute of each kind, and two of variants."""
    kinds: dict[str, Any] = {
        "material": {"type": "text"},
        "volume": {"type": "number", "unit": "l", "min": 1.0, "max": 100.0},
        "waterproof": {"type": "boolean"},
        "launched": {"type": "date"},
        "extras": {"type": "options", "options": ["cover", "belt"]},
    }
    made = [AttributeFactory(code=code, **values) for code, values in kinds.items()]
    color = AttributeFactory(code="color", type="option", options=["red", "blue"])
    weight = AttributeFactory(code="weight", type="number")
    levels = [(made[0], "product", "always"), *made[1:], (color, "variant", "to_publish"), (weight, "variant", "never")]
    return ProductTypeFactory(code="bag", name="Bag", attributes=levels)


@pytest.fixture
def product(bag: ProductType) -> Product:
    """A bag with two variants."""
    return ProductFactory(
        product_type=bag, attributes=VALUES, variants=2, variants__attributes={"color": "red", "weight": 1.0}
    )


@pytest.fixture
def laptop(bag: ProductType) -> ProductType:
    """A type that shares two attributes with bags and asks for a size of every variant."""
    material = ProductTypeAttribute.objects.get(attribute__code="material").attribute
    color = ProductTypeAttribute.objects.get(attribute__code="color").attribute
    size = AttributeFactory(code="size", type="number")
    rows = [material, (color, "variant", "never"), (size, "variant", "always")]
    return ProductTypeFactory(code="laptop", name="Laptop", attributes=rows)


def page(product: Product) -> str:
    return url_of("product_change", product.pk)


def shown(response: Any, form: str = "product") -> Fields:
    return read_form(response, f"{form}_form")


def stored(row: Product | Variant) -> dict[str, Any]:
    row.refresh_from_db()
    attributes: dict[str, Any] = row.attributes
    return attributes


def errors(response: Any) -> dict[str, list[str]]:
    return errors_of(response)


# ---------------------------------------------------------------------- what is shown


def test_each_attribute_has_an_input_with_its_value_in_the_types_order(editor: Client, product: Product) -> None:
    fields = shown(editor.get(page(product)))
    own = {name: values for name, values in fields.items() if name.startswith("attr-")}
    assert own == {
        "attr-material": ["nylon"],
        "attr-volume": ["35"],
        "attr-waterproof": ["false"],
        "attr-launched": ["2025-03-01"],
        "attr-extras": ["cover", "belt"],
    }
    assert list(own) == [f"attr-{code}" for code in ("material", "volume", "waterproof", "launched", "extras")]
    assert (fields["variants-1-attr-color"], fields["variants-1-attr-weight"]) == (["red"], ["1.0"])
    assert fields["attributes"] == [""]


def test_an_untyped_product_keeps_its_json(editor: Client, bag: ProductType) -> None:
    fields = shown(editor.get(page(ProductFactory(attributes={"a": 1}))))
    assert fields["attributes"][0].split() == ["{", '"a":', "1", "}"]
    assert not [name for name in fields if "attr-" in name]


def test_a_viewer_reads_values_as_people_do(viewer: Client, product: Product) -> None:
    text = viewer.get(page(product)).content.decode()
    for line in ("<dd>35 l</dd>", "<dd>No</dd>", "<dd>Belt, Cover</dd>", "<dd>Red</dd>"):
        assert line in text
    assert "attr-" not in text
    assert "<dd>Red</dd>" in viewer.get(url_of("variant_change", product.variants.first().pk)).content.decode()


def test_required_inputs_are_marked(editor: Client, product: Product) -> None:
    text = editor.get(page(product)).content.decode()
    assert '<label class="required" for="id_attr-material">' in text
    assert '<label for="id_attr-volume">' in text


# ---------------------------------------------------------------------- edits


def test_a_form_saved_without_changes_changes_nothing(editor: Client, product: Product) -> None:
    before = [list(table.objects.order_by("pk").values()) for table in (Product, Variant)]
    assert submit(editor, page(product)).status_code == 302
    assert [list(table.objects.order_by("pk").values()) for table in (Product, Variant)] == before


def test_values_are_edited_and_an_emptied_input_removes_its_value(editor: Client, product: Product) -> None:
    typed = {
        "attr-volume": "40.5",
        "attr-waterproof": "",
        "attr-extras": ["belt"],
        "variants-0-attr-color": "blue",
        "variants-1-attr-weight": "",
    }
    assert submit(editor, page(product), typed).status_code == 302
    assert stored(product) == {"material": "nylon", "volume": 40.5, "launched": "2025-03-01", "extras": ["belt"]}
    assert [stored(row) for row in product.variants.all()] == [{"color": "blue", "weight": 1.0}, {"color": "red"}]


def test_faults_are_shown_at_the_inputs_with_what_was_typed(editor: Client, product: Product) -> None:
    typed = {"attr-volume": "500", "attr-material": "", "variants-1-attr-color": "green", "name": "New"}
    answer = submit(editor, page(product), typed)
    assert errors(answer) == {
        "attr-material": ["Material (material) is required."],
        "attr-volume": ["Volume (volume) must be at most 100 l."],
        "variants-1-attr-color": ["Color (color) has no option 'green'."],
    }
    assert shown(answer)["attr-volume"] == ["500"]
    assert stored(product) == VALUES


@pytest.mark.parametrize(
    ("code", "text"), [("volume", "many"), ("launched", "2030-02-30"), ("waterproof", "perhaps"), ("material", "a\x00")]
)
def test_a_text_that_is_no_value_is_an_error_at_its_input(
    editor: Client, product: Product, code: str, text: str
) -> None:
    assert list(errors(submit(editor, page(product), {f"attr-{code}": text}))) == [f"attr-{code}"]


def test_a_value_that_was_right_under_older_rules_does_not_stand_in_the_way(editor: Client, product: Product) -> None:
    volume = ProductTypeAttribute.objects.get(attribute__code="volume").attribute
    volume.max = 10.0
    volume.save()
    assert submit(editor, page(product), {"attr-launched": "2026-01-01", "name": "New"}).status_code == 302
    assert stored(product)["volume"] == 35


def test_an_input_that_is_not_sent_is_no_edit(editor: Client, product: Product) -> None:
    submit(editor, page(product), {"attr-material": None, "attr-volume": "36"})
    assert stored(product)["material"] == "nylon"


def test_a_text_of_several_lines_keeps_them(editor: Client, product: Product) -> None:
    product.attributes = {**VALUES, "material": "one\ntwo "}
    product.save()
    submit(editor, page(product), {"attr-volume": "36"})
    assert stored(product)["material"] == "one\ntwo "


def test_attributes_that_the_type_does_not_have_stand_in_a_box_and_stay(editor: Client, product: Product) -> None:
    product.attributes = {**VALUES, "old": {"deep": 1}}
    product.save()
    assert '"old"' in shown(editor.get(page(product)))["attributes"][0]
    submit(editor, page(product), {"attr-volume": "36"})
    assert stored(product) == {**VALUES, "volume": 36, "old": {"deep": 1}}


def test_a_stranger_in_the_box_is_refused_there(editor: Client, product: Product) -> None:
    answer = submit(editor, page(product), {"attributes": '{"strange": 1}'})
    assert list(errors(answer)) == ["attributes"]
    assert "strange" in shown(answer)["attributes"][0]


def test_a_typed_product_is_created_with_its_variants(editor: Client, bag: ProductType) -> None:
    url = f"{url_of('product_add')}?product_type={bag.pk}"
    typed = {"name": "Pack", "attr-material": "nylon", "variants-0-sku": "P", "variants-0-attr-color": "blue"}
    assert submit(editor, url, typed).status_code == 302
    made = Product.objects.get(slug="pack")
    assert (made.product_type, made.attributes, made.variants.get().attributes) == (
        bag,
        {"material": "nylon"},
        {"color": "blue"},
    )


def test_what_publishing_asks_of_variants_is_said_at_the_right_one(manager: Client, bag: ProductType) -> None:
    draft = ProductFactory(product_type=bag, attributes={"material": "nylon"}, status="draft", variants=3)
    first, second, third = draft.variants.all()
    typed = {f"variants-{index}-position": str(place) for index, place in enumerate((5, 1, 3))}
    answer = submit(
        manager, page(draft), {**typed, "variants-1-DELETE": "on", "variants-2-attr-color": "red"}, button="_publish"
    )
    assert errors(answer) == {"variants-0-attr-color": ["Color (color) is required."]}
    assert set(draft.variants.all()) == {first, second, third}


# ---------------------------------------------------------------------- another type


def test_another_type_redraws_the_form_and_saves_nothing(editor: Client, product: Product, laptop: ProductType) -> None:
    typed = {"product_type": laptop.pk, "name": "Renamed", "attr-material": "canvas", "attr-volume": "many"}
    answer = submit(editor, page(product), typed)
    fields = shown(answer)
    assert errors(answer) == {}
    assert "type “Laptop” now. Nothing has been saved yet" in messages_of(answer)[0]
    assert (fields["name"], fields["attr-material"]) == (["Renamed"], ["canvas"])
    assert "variants-0-attr-size" in fields
    assert "attr-volume" not in fields
    for kept in ('"volume": "many"', '"waterproof": false', '"extras"', '"launched": "2025-03-01"'):
        assert kept in fields["attributes"][0]
    assert stored(product) == VALUES
    assert product.name != "Renamed"


def test_the_second_save_writes_product_and_variants_under_the_new_type(
    editor: Client, product: Product, laptop: ProductType
) -> None:
    fields = shown(submit(editor, page(product), {"product_type": laptop.pk}))
    typed = {"attributes": "", "attr-material": "steel"}
    for index in range(2):
        typed |= {f"variants-{index}-attributes": "", f"variants-{index}-attr-size": str(index + 13)}
    assert editor.post(page(product), {**fields, **typed}).status_code == 302
    assert stored(product) == {"material": "steel"}
    assert [stored(row) for row in product.variants.all()] == [
        {"color": "red", "size": 13},
        {"color": "red", "size": 14},
    ]
    assert (product.product_type, product.version) == (laptop, 2)


def test_what_the_new_type_refuses_is_said_where_it_stands(
    editor: Client, product: Product, laptop: ProductType
) -> None:
    fields = shown(submit(editor, page(product), {"product_type": laptop.pk}))
    answer = editor.post(page(product), {**fields, "variants-1-attr-size": "14", "variants-0-attributes": ""})
    found = errors(answer)
    assert found["variants-0-attr-size"] == ["Size (size) is required."]
    assert found.keys() == {"attributes", "variants-0-attr-size", "variants-1-attributes"}
    assert stored(product) == VALUES


def test_variants_are_added_and_deleted_while_the_type_changes(
    manager: Client, product: Product, laptop: ProductType
) -> None:
    fields = shown(submit(manager, page(product), {"product_type": laptop.pk}))
    new = {"variants-TOTAL_FORMS": "3", "variants-2-sku": "NEW", "variants-2-attr-size": "15"}
    typed = {"attributes": "", "variants-0-DELETE": "on", "variants-1-attributes": "", "variants-1-attr-size": "14"}
    assert manager.post(page(product), {**fields, **typed, **new}).status_code == 302
    assert [row.attributes for row in product.variants.all()] == [{"color": "red", "size": 14}, {"size": 15}]


def test_a_product_without_a_type_brings_its_json_along(editor: Client, bag: ProductType) -> None:
    free = {"material": "nylon", "volume": "35", "waterproof": "yes", "own": [1]}
    product = ProductFactory(attributes=free, variants__attributes={"color": "red", "gone": None})
    fields = shown(submit(editor, page(product), {"product_type": bag.pk}))
    assert (fields["attr-material"], fields["attr-volume"], fields["attr-waterproof"]) == (["nylon"], ["35"], [""])
    assert '"own"' in fields["attributes"][0]
    assert '"waterproof": "yes"' in fields["attributes"][0]
    assert fields["variants-0-attr-color"] == ["red"]
    typed = {"attributes": "", "variants-0-attributes": "", "attr-waterproof": "true"}
    assert editor.post(page(product), {**fields, **typed}).status_code == 302
    assert stored(product) == {"material": "nylon", "volume": 35, "waterproof": True}
    assert stored(product.variants.get()) == {"color": "red"}


def test_a_type_that_is_taken_away_leaves_everything_as_json(editor: Client, product: Product) -> None:
    fields = shown(submit(editor, page(product), {"product_type": "", "attr-volume": "36"}))
    assert not [name for name in fields if "attr-" in name]
    assert editor.post(page(product), fields).status_code == 302
    assert stored(product) == {**VALUES, "volume": 36}
    assert product.product_type is None


def test_a_box_that_holds_no_json_loses_nothing_either(editor: Client, product: Product) -> None:
    fields = shown(submit(editor, page(product), {"product_type": "", "attributes": "{oops"}))
    assert fields["attributes"][0].startswith("{oops")
    assert '"volume": 35' in fields["attributes"][0]
    assert list(errors(editor.post(page(product), fields))) == ["attributes"]


def test_the_script_has_a_form_redrawn_without_saving_it(editor: Client, product: Product) -> None:
    answer = submit(editor, page(product), {"name": "Renamed"}, button="_redraw")
    assert shown(answer)["name"] == ["Renamed"]
    assert messages_of(answer) == []
    assert Product.objects.get().name != "Renamed"


@pytest.mark.parametrize("gone", ["999999", "-1", "abc", "9" * 30, "1\x00"])
def test_a_type_that_is_gone_is_an_error_at_its_field(editor: Client, product: Product, gone: str) -> None:
    answer = submit(editor, page(product), {"product_type": gone})
    assert list(errors(answer)) == ["product_type"]
    assert shown(answer)["attr-material"] == ["nylon"]


# ---------------------------------------------------------------------- variants on their own


def test_a_variant_on_its_own_has_the_inputs_too(editor: Client, product: Product) -> None:
    variant = product.variants.first()
    answer = submit(editor, url_of("variant_change", variant.pk), {"attr-weight": "heavy"}, form="variant")
    assert list(errors_of(answer)) == ["attr-weight"]
    submit(editor, url_of("variant_change", variant.pk), {"attr-color": "blue"}, form="variant")
    assert stored(variant) == {"color": "blue", "weight": 1.0}


def test_a_new_variant_gets_the_inputs_of_the_product_that_is_chosen(editor: Client, product: Product) -> None:
    url = url_of("variant_add")
    typed = {"product": product.pk, "sku": "NEW", "attributes": '{"color": "blue"}'}
    answer = submit(editor, url, typed, form="variant")
    fields = shown(answer, "variant")
    assert (fields["sku"], fields["attr-color"], fields["attributes"]) == (["NEW"], ["blue"], [""])
    assert not Variant.objects.filter(sku="NEW").exists()
    assert editor.post(url, fields).status_code == 302
    assert Variant.objects.get(sku="NEW").attributes == {"color": "blue"}


# ---------------------------------------------------------------------- costs


def test_a_form_takes_the_same_queries_for_one_variant_and_many(bag: ProductType) -> None:
    product = ProductFactory(product_type=bag, attributes=VALUES, variants__attributes={"color": "red"})
    asked = [queries_of(lambda user=user: user.get(page(product))) for user in map(staff, ("editor", "viewer"))]  # type: ignore[misc]
    VariantFactory.create_batch(30, product=product, attributes={"color": "blue"})
    users = staff("editor2", role="editor"), staff("viewer2", role="viewer")
    assert [queries_of(lambda user=user: user.get(page(product))) for user in users] == asked  # type: ignore[misc]
    assert max(asked) <= 17


def test_variants_with_more_inputs_than_a_form_can_bear_are_edited_elsewhere(
    editor: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_INLINE_INPUTS", 2 * 17 - 1)
    answer = editor.get(page(product))
    assert "2 variants, edited in a list of their own" in answer.content.decode()
    assert submit(editor, page(product), {"attr-volume": "36"}).status_code == 302
    assert stored(product)["volume"] == 36
