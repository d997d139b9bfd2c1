"""Proposals of types and attributes."""

from typing import Any

from products.exchange.inference import Definitions, Inference, Proposal
from products.exchange.json_schemas import Hint
from products.exchange.observing import Kind, Observations, Place

NOTHING = Definitions({}, {})
Row = tuple[dict[str, Any], list[dict[str, Any]]]


def proposed(present: Definitions = NOTHING, *, may_rename: bool = True, hints: Any = None, **kinds: Row) -> Proposal:
    met = Observations()
    for code, (attributes, variants) in kinds.items():
        met.note(Kind(code, code.capitalize()), attributes, variants)
    return Inference(met, hints=hints or {}, present=present, may_rename=may_rename).propose()


def types(proposal: Proposal) -> dict[str, str]:
    return {line["code"]: line["type"] for line in proposal.attributes}


def links(proposal: Proposal, code: str) -> list[str]:
    [line] = [line for line in proposal.types if line["code"] == code]
    return [f"{link['attribute']} {link['level']} {link['required']}" for link in line["attributes"]]


def test_a_kind_becomes_a_type_with_attributes_at_their_levels() -> None:
    proposal = proposed(mug=({"Glaze": True}, [{"ml": 250}, {"color": "red"}]))
    assert types(proposal) == {"Glaze": "boolean", "color": "text", "ml": "number"}
    assert sorted(links(proposal, "mug")) == ["Glaze product never", "color variant never", "ml variant never"]
    assert [line["kind"] for line in proposal.lines] == ["attribute"] * 3 + ["product_type"]


def test_kinds_share_an_attribute_where_it_means_the_same() -> None:
    proposal = proposed(mug=({"height": 5}, []), vase=({"height": 9.5}, []))
    assert types(proposal) == {"height": "number"}
    assert links(proposal, "mug") == links(proposal, "vase") == ["height product never"]


def test_what_means_something_else_gets_a_code_of_its_own() -> None:
    proposal = proposed(mug=({"size": "small"}, []), fan=({"size": 120}, []), cup=({"size": "large"}, []))
    assert types(proposal) == {"size": "text", "fan_size": "number"}
    assert links(proposal, "fan") == ["fan_size product never"]


def test_numbers_in_different_units_are_not_one() -> None:
    hints = {"mug": {"weight": Hint(unit="g")}, "case": {"weight": Hint(unit="lb")}}
    proposal = proposed(hints=hints, mug=({"weight": 5}, []), case=({"weight": 9}, []), fan=({"weight": 3}, []))
    assert {line["code"]: line["unit"] for line in proposal.attributes} == {
        "weight": "",
        "mug_weight": "g",
        "case_weight": "lb",
    }


def test_a_number_without_a_unit_joins_those_with_the_only_one() -> None:
    proposal = proposed(hints={"mug": {"weight": Hint(unit="g")}}, mug=({"weight": 5}, []), fan=({"weight": 3}, []))
    assert [(line["code"], line["unit"]) for line in proposal.attributes] == [("weight", "g")]


def test_where_keys_must_stay_what_means_something_else_is_left_out_with_advice() -> None:
    proposal = proposed(may_rename=False, mug=({"size": "small"}, []), fan=({"size": 120}, []), cup=({"size": "l"}, []))
    assert types(proposal) == {"size": "text"}
    assert proposal.left_out == {
        Place("fan", "product", "size"): (
            "size is a number in fan; give it a name of its own in the mapping, such as fan_size"
        )
    }


def test_a_key_at_both_levels_becomes_two_attributes_in_all_kinds() -> None:
    proposal = proposed(mug=({"color": "red"}, [{"color": "red"}]), cup=({"color": "red"}, [{"color": "blue"}]))
    assert types(proposal) == {"color": "text", "product_color": "text"}
    assert sorted(links(proposal, "mug")) == ["color variant never", "product_color product never"]
    assert sorted(links(proposal, "cup")) == sorted(links(proposal, "mug"))


def test_two_keys_of_one_code_become_two_attributes() -> None:
    proposal = proposed(mug=({"a b": 1, "a_b": 2}, []))
    assert proposal.codes == {Place("mug", "product", "a_b"): "a_b", Place("mug", "product", "a b"): "a_b_2"}


def test_what_cannot_be_typed_is_left_out_and_takes_no_code_from_others() -> None:
    proposal = proposed(mug=({"size": {"ml": 5}, "?": 1}, []), cup=({"size": "l"}, []))
    assert types(proposal) == {"size": "text"}
    assert proposal.left_out == {
        Place("mug", "product", "size"): "objects, and lists of them, cannot be typed",
        Place("mug", "product", "?"): "no code can be made of its name",
    }


def attribute(**values: Any) -> dict[str, Any]:
    return {"name": "A", "unit": "", "min": None, "max": None, "filterable": False, "options": [], **values}


def test_what_the_catalog_defines_is_widened_and_keeps_the_rest() -> None:
    link = {"attribute": "old", "level": "product", "required": "always"}
    present = Definitions(
        {"height": attribute(code="height", type="number", name="Height", max=5)},
        {"mug": {"code": "mug", "name": "Mugs", "attributes": [link]}},
    )
    proposal = proposed(present, mug=({"height": 9}, []))
    [line] = proposal.attributes
    assert (line["name"], line["max"], line["filterable"]) == ("Height", 9, False)
    assert proposal.types == [
        {
            "kind": "product_type",
            "code": "mug",
            "name": "Mugs",
            "attributes": [link, {"attribute": "height", "level": "product", "required": "never"}],
        }
    ]


def test_what_the_catalog_defines_otherwise_is_left_alone() -> None:
    present = Definitions({"height": attribute(code="height", type="text")}, {})
    assert types(proposed(present, mug=({"height": 9}, []))) == {"mug_height": "number"}
    both = Definitions({**present.attributes, "mug_height": attribute(code="mug_height", type="text")}, {})
    proposal = proposed(both, mug=({"height": 9}, []))
    assert not proposal.attributes
    assert proposal.left_out == {
        Place("mug", "product", "height"): "the attribute mug_height of the catalog takes other values"
    }


def test_an_attribute_of_the_other_level_of_a_type_is_left_out() -> None:
    link = {"attribute": "height", "level": "variant", "required": "never"}
    present = Definitions(
        {"height": attribute(code="height", type="number")},
        {"mug": {"code": "mug", "name": "Mug", "attributes": [link]}},
    )
    proposal = proposed(present, mug=({"height": 9}, []))
    assert proposal.types[0]["attributes"] == [link]
    assert proposal.left_out == {
        Place("mug", "product", "height"): "height is an attribute of the other level in the type mug"
    }
