"""Writing only to what the caller has read."""

from catalog_project.errors import Stale
from catalog_project.models import VersionedModel


def require_version(row: VersionedModel, expected: int | None) -> None:
    """Refuse to write to a row that is no longer at the version expected; None expects nothing. Raises Stale.

    The row is locked: what it is at now is what it will be at when it is written.
    """
    if expected is not None and row.version != expected:
        raise Stale(row.version)
