"""When the clock alone changes what anyone may see: publication windows open and close without a write."""

from datetime import datetime

from django.db.models import Min

from products.models import Listing


def next_window_edge(after: datetime) -> datetime | None:
    """The first moment later than `after` at which a product's window opens or closes; None where none does.

    Windows of drafts count as well: to leave them out would cost more than to look once too often.
    """
    edges = [
        Listing.objects.filter(**{f"{edge}__gt": after}).aggregate(first=Min(edge))["first"]
        for edge in ("published_from", "published_until")
    ]
    return min((edge for edge in edges if edge), default=None)
