"""Why an item fails, with pointers that begin at the item."""

from catalog_project.errors import Fault, Invalid, Stale
from products.bulk.items import Op, Resource
from products.bulk.planning import Plan
from products.exchange.edits import creation_faults, variant_creation_faults

REQUIRED = "This field is required."


def refuse(planned: Plan, error: Exception) -> None:
    """Let an item fail for what a service raised, whose pointers lead into the body of the single request.

    An act has no body: the pointers of what it lacks lead into the product, as those of the single act do.
    """
    if isinstance(error, Stale):
        planned.item.refuse_stale(error)
    else:
        planned.item.refuse(error, below="" if planned.item.op in {Op.PUBLISH, Op.ARCHIVE, Op.DELETE} else "/data")


def refuse_hopeless(planned: Plan) -> None:
    """Let an item fail that means what is not there, or that cannot make what it would have to make."""
    item = planned.item
    if planned.is_missing and item.ref is not None:
        fault = Fault("not_found", f"There is no {item.resource} {str(item.ref)[:100]!a}.", "/ref")
        item.refuse_at("not_found", f"The {item.resource} does not exist.", [fault])
    elif planned.is_missing:
        fault = Fault("unknown_value", f"The product {str(item.values['product'])[:100]!a} is not known.", "/product")
        item.refuse(Invalid([fault]))
    elif planned.is_new and (faults := _lacking(planned)):
        item.refuse(Invalid(faults))
    elif planned.is_new and item.version is not None:
        fault = Fault("not_found", "Nothing is there that could be at this version.", "/version")
        item.refuse_at("not_found", f"The {item.resource} does not exist.", [fault])


def _lacking(planned: Plan) -> list[Fault]:
    """What an upsert lacks to make the row that it has not found."""
    item = planned.item
    if item.op != Op.UPSERT:
        return []
    if item.resource == Resource.PRODUCT:
        return creation_faults(item.values)
    if item.resource == Resource.VARIANT:
        lacking = [] if "product" in item.values else [Fault("required", REQUIRED, "/product")]
        return lacking + variant_creation_faults(item.values)
    return [] if "name" in item.values else [Fault("required", REQUIRED, "/name")]
