"""Bulk calls in tests."""

from typing import Any

from django.http import HttpResponse
from rest_framework.test import APIClient

ADDRESS = "/api/v1/bulk/"


def item(op: str, resource: str, ref: int | str | None = None, data: Any = None, **further: Any) -> dict[str, Any]:
    """An item, without what is None."""
    given = {"op": op, "resource": resource, "ref": ref, "data": data, **further}
    return {name: value for name, value in given.items() if value is not None}


def bulk(client: APIClient, *items: Any, mode: str = "per_item", dry_run: bool = False) -> HttpResponse:
    """A call's answer."""
    address = f"{ADDRESS}?mode={mode}&dry_run={str(dry_run).lower()}"
    return client.post(address, list(items), format="json")


def results(client: APIClient, *items: Any, **options: Any) -> list[dict[str, Any]]:
    """A call's results, which must be there."""
    response = bulk(client, *items, **options)
    assert response.status_code == 200, response.content
    found = response.json()["results"]
    assert [result["index"] for result in found] == list(range(len(items)))
    return list(found)


def statuses(client: APIClient, *items: Any, **options: Any) -> list[int]:
    """The statuses of a call's results."""
    return [result["status"] for result in results(client, *items, **options)]
