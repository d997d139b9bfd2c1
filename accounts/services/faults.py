"""What a model has against its values, as faults."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db.models import Model

from catalog_project.errors import Fault


def faults_of(row: Model, *, exclude: Collection[str] = ()) -> list[Fault]:
    """What `full_clean` finds, each with a pointer to its field."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        return [
            Fault(each.code or "invalid", " ".join(each.messages), f"/{name}")
            for name, errors in error.error_dict.items()
            for each in errors
        ]
    return []
