"""Who sent a request, as far as its address tells."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

FORWARDED = "HTTP_X_FORWARDED_FOR"
# What one subscriber usually gets of IPv6: whoever is limited in one address of it would take the next.
PREFIX_LENGTH = 64


def client_address(environ: Mapping[str, Any]) -> str:
    """The client's IPv4 address or /64 network of IPv6; the text itself where it is neither, as with a Unix socket.

    Each of TRUSTED_PROXY_HOPS proxies adds the address of its peer to X-Forwarded-For: what stands to the left of the
    first one's entry is the client's own claim. A request with fewer entries came past them, so its peer it is.
    """
    peer = str(environ.get("REMOTE_ADDR", ""))
    hops: int = settings.TRUSTED_PROXY_HOPS
    if not hops:
        return _network(peer) or peer
    entries = str(environ.get(FORWARDED, "")).split(",")
    claimed = entries[-hops].strip() if len(entries) >= hops else ""
    return _network(claimed) or _network(peer) or peer


@lru_cache(maxsize=4096)
def _network(text: str) -> str | None:
    try:
        address = ip_address(_without_port(text))
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), PREFIX_LENGTH), strict=False))


def _without_port(text: str) -> str:
    """Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
