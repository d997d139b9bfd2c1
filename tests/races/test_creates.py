"""Many create the same: the database decides who was first."""

from uuid import uuid4

import pytest

from tests.races.calling import Caller
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("races")


@pytest.mark.parametrize("with_key", [False, True])
@pytest.mark.parametrize("attempt", range(2))
def test_of_thirty_products_with_one_sku_one_is_made(caller: Caller, with_key: bool, attempt: int) -> None:
    sku = uuid4().hex

    def create(number: int) -> tuple[int, str]:
        body = {"name": f"Race {number}", "variants": [{"sku": sku}]}
        answer = caller.post("products/", body, key=f"{sku}-{number}" if with_key else None)
        return answer.status, answer.code

    assert sorted(at_once(30, create)) == [(201, "")] + [(409, "duplicate")] * 29
    assert len(caller.get(f"variants/?sku={sku}")["results"]) == 1
