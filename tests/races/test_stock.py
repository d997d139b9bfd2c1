"""Many sell the same: nobody sells what is not there."""

from uuid import uuid4

import pytest

from tests.races.calling import Caller
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("races")


def test_of_two_hundred_sales_from_a_stock_of_150_as_many_succeed(caller: Caller) -> None:
    sku = uuid4().hex
    made = caller.post("products/", {"name": "Sold", "variants": [{"sku": sku, "stock": 150}]}).json()
    variant = f"variants/{made['variants'][0]['id']}/"
    answers = at_once(200, lambda _: caller.post(f"{variant}stock/", {"delta": -1}))
    assert sorted(answer.code for answer in answers) == [""] * 150 + ["insufficient_stock"] * 50
    assert caller.get(variant)["stock"] == 0
