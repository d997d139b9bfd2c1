"""What is sent as writes: every request changes what it reaches."""

import json
from itertools import count, islice
from typing import Any

from tests.benchmarks.load import Request
from tests.benchmarks.writes import bulk_pricing, pricing

VARIANTS = [11, 12, 13]


def body(of: Request) -> Any:
    return json.loads(of.content.partition(b"\r\n\r\n")[2])


def test_a_variant_never_gets_the_price_that_it_has() -> None:
    make = pricing(VARIANTS)
    sent = [make(number, "token") for number in islice(count(), 7)]
    assert b"PATCH /api/v1/variants/11/ " in sent[0].content
    assert b"PATCH /api/v1/variants/11/ " in sent[3].content
    assert body(sent[0]) == {"prices": {"USD": {"amount": "0.01"}}}
    assert len({json.dumps(body(each)) for each in sent}) == 7


def test_a_bulk_call_goes_on_where_the_last_one_ended() -> None:
    make = bulk_pricing(VARIANTS, 2)
    items = [*body(make(0, "token")), *body(make(1, "token"))]
    assert [item["ref"] for item in items] == [11, 12, 13, 11]
    assert len({item["data"]["prices"]["USD"]["amount"] for item in items}) == 4
