"""What staff see of a product's life: its status and window together, as of this moment."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.models import Product


@dataclass(frozen=True)
class State:
    """`name` is draft, archived, visible, scheduled or expired; `reason` says why it is not public, or is empty."""

    name: str
    reason: str = ""


def state_of(product: Product) -> State:
    """The state of a product now."""
    now = timezone.now()
    if product.status == Product.Status.DRAFT:
        return State("draft", "Not public: it is a draft.")
    if product.status == Product.Status.ARCHIVED:
        return State("archived", "Not public: it is archived.")
    if product.is_visible(now):
        return State("visible")
    if product.published_until and product.published_until <= now:
        return State("expired", f"Not public since {product.published_until:%Y-%m-%d %H:%M:%S} UTC.")
    return State("scheduled", f"Not public before {product.published_from:%Y-%m-%d %H:%M:%S} UTC.")


def badge(product: Product) -> SafeString:
    """The state as a coloured word."""
    name = state_of(product).name
    return format_html('<span class="catalog-badge catalog-{}">{}</span>', name, name.capitalize())


def publicity(product: Product) -> SafeString:
    """The way to the public API document, or why there is none."""
    state = state_of(product)
    if state.reason:
        return format_html("{} {}", badge(product), state.reason)
    url = reverse("product-detail", args=[product.slug])
    return format_html('{} Public at <a href="{}">{}</a>', badge(product), url, url)
