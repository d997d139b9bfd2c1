"""A table of hostile requests, sent to a served catalog over raw sockets."""

from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import pytest

from tests.contract.hostile.cases import CURSOR, HOST, KEYED_ONCE, PRODUCT_ID, TOKEN, Case
from tests.contract.hostile.exchanging import exchange
from tests.contract.hostile.judging import faults_of
from tests.live import Manager

FAMILIES = sorted(path.stem for path in Path(__file__).with_name("families").glob("*.py"))
PATIENCE_SECONDS = 5.0

pytestmark = pytest.mark.xdist_group("contract")


def cases_of(family: str) -> list[Case]:
    return list(import_module(f"tests.contract.hostile.families.{family}").CASES)


CASES = [pytest.param(case, id=f"{family}-{case.name}") for family in FAMILIES for case in cases_of(family)]


@dataclass(frozen=True)
class Target:
    """A served catalog, and what stands for the placeholders of the cases."""

    url: str
    values: dict[bytes, bytes]

    def faults(self, case: Case) -> list[str]:
        sent = case.sent
        for placeholder, value in self.values.items():
            sent = sent.replace(placeholder, value)
        return faults_of(case, exchange(self.url, sent, case, PATIENCE_SECONDS))


@pytest.fixture(scope="session")
def target(manager: Manager) -> Target:
    token = manager.token().encode()
    values = {HOST: manager.live.url.rpartition("/")[2].encode(), TOKEN: token}
    for name in ("Hostile one", "Hostile two"):
        variant = {"sku": name, "stock": 5, "prices": {"USD": {"amount": "9.50"}}}
        made = ask(manager, "/api/v1/products/", token, {"name": name, "status": "active", "variants": [variant]})
    ask(manager, "/api/v1/brands/", token, KEYED_ONCE, {"Idempotency-Key": "once"})
    page = ask(manager, "/api/v1/products/?page_size=1")
    cursor = page["next"].partition("cursor=")[2].partition("&")[0]
    return Target(manager.live.url, {**values, PRODUCT_ID: str(made["id"]).encode(), CURSOR: cursor.encode()})


def ask(
    manager: Manager, path: str, token: bytes = b"", body: object = None, more: dict[str, str] | None = None
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token.decode()}"} if body else {}
    request = Request(manager.live.url + path, orjson.dumps(body) if body else None, headers | (more or {}))
    with urlopen(request, timeout=10) as response:
        return dict(orjson.loads(response.read()))


@pytest.mark.parametrize("case", CASES)
def test_it_is_answered_as_it_should(target: Target, case: Case) -> None:
    # A hang is there again, a machine that was busy elsewhere for a moment is not.
    found = target.faults(case)
    assert not found or not target.faults(case), found


def test_the_table_is_long_enough_and_no_case_is_in_it_twice() -> None:
    assert len(CASES) >= 400
    assert [name for name, count in Counter(str(each.id) for each in CASES).items() if count > 1] == []


def test_the_server_is_none_the_worse(target: Target, manager: Manager) -> None:
    """It stands behind the table: no worker went, no trace was logged."""
    lines = [orjson.loads(line) for line in manager.live.log.read_text().splitlines()]
    assert [line for line in lines if "exception" in line or line["level"] in {"ERROR", "CRITICAL"}] == []
