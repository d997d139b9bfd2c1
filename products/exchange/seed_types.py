"""The product types of the demo catalog: one for each family, with attributes of every kind that can be filtered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from catalog_project.errors import Conflict
from products.exchange.codes import option_code
from products.exchange.seed_words import COLORS, ONE_SIZE, TREE, Family
from products.models import Attribute, ProductType
from products.models.product_type import option_labels
from products.services.attributes import create_attribute, update_attribute
from products.services.product_types import create_product_type, update_product_type
from products.services.slugs import derive_slug

Values = dict[str, Any]
LEVELS = {"color": "variant", "size": "variant"}
FAMILIES: tuple[Family, ...] = tuple(
    family for groups in TREE.values() for families in groups.values() for family in families
)


def labels_by_attribute() -> dict[str, list[str]]:
    """The labels of the attributes that have options, each once."""
    return {
        "material": _distinct(family.materials for family in FAMILIES),
        "color": list(COLORS),
        "size": [size for size in _distinct(family.sizes for family in FAMILIES) if size],
    }


def choice(label: str) -> str:
    """The code of the option with a label."""
    return option_code(label.lower())


def define_attributes() -> dict[str, Attribute]:
    """The demo's attributes by code, made or given the options they lack.

    Raises Conflict where the catalog has one that takes other values.
    """
    return {values["code"]: _attribute(values) for values in _attributes()}


def define_type(family: Family, attributes: Mapping[str, Attribute]) -> ProductType:
    """The product type of a family, made or given the attributes that it lacks."""
    code = derive_slug(family.category, kind="type")
    wanted: list[Values] = [
        {"attribute": attribute, "level": LEVELS.get(name, "product")}
        for name, attribute in attributes.items()
        if name != "size" or family.sizes != ONE_SIZE
    ]
    found: ProductType | None = ProductType.objects.filter(code=code).first()
    if found is None:
        return create_product_type(by=None, values={"code": code, "name": family.category, "attributes": wanted})
    present: list[Values] = [
        {"attribute": link.attribute, "level": link.level, "required": link.required} for link in found.ordered_links()
    ]
    known = {link["attribute"].code for link in present}
    missing = [link for link in wanted if link["attribute"].code not in known]
    if missing:
        update_product_type(by=None, product_type=found, values={"attributes": [*present, *missing]})
    return found


def _attributes() -> Iterator[Values]:
    labels = labels_by_attribute()
    for code, kind in {"material": "option", "color": "option", "size": "option", "repairable": "boolean"}.items():
        made = {"code": code, "name": code.capitalize(), "type": kind, "filterable": True}
        yield made | ({"options": _options(labels[code]), "searchable": True} if code in labels else {})
    yield {"code": "warranty", "name": "Warranty", "type": "number", "unit": "years", "min": 0, "filterable": True}
    yield {"code": "series", "name": "Series", "type": "text", "searchable": True}


def _attribute(values: Values) -> Attribute:
    found: Attribute | None = Attribute.objects.filter(code=values["code"]).first()
    if found is None:
        return create_attribute(by=None, values=values)
    if found.type != values["type"]:
        reason = (
            f"The catalog has an attribute {found.code!a} of the type {found.type}; the demo needs {values['type']}."
        )
        raise Conflict(reason, code="duplicate")
    known = option_labels([found.pk])[found.pk]
    missing = [option for option in values.get("options", ()) if option["code"] not in known]
    if missing:
        present = [{"code": code, "label": label} for code, label in known.items()]
        update_attribute(by=None, attribute=found, values={"options": [*present, *missing]})
    return found


def _options(labels: Iterable[str]) -> list[Values]:
    return [{"code": choice(label), "label": label} for label in labels]


def _distinct(groups: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(word for group in groups for word in group))
