"""What is measured: one line a row of the report. A new endpoint is one more line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.benchmarks.load import WrongAnswerError, fetch
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server

PRODUCTS = "/api/v1/products/"


@dataclass(frozen=True)
class Endpoint:
    """A kind of request: its name, what it asks, its addresses, and whether the rivals serve it too."""

    name: str
    what: str
    paths: Callable[[Sample], list[str]]
    rivals: bool = True


def listed(**parameters: object) -> str:
    """The list of products with these parameters."""
    return f"{PRODUCTS}?{urlencode(parameters)}" if parameters else PRODUCTS


def _filtered(sample: Sample) -> list[str]:
    return [listed(category=slug, price__gte=low, price__lte=high) for slug, (low, high) in sample.prices.items()]


FACETS = "brand,category,price,in_stock"

LIST = Endpoint("list", "20 products, newest first, not counted", lambda _: [listed()])
COUNT = Endpoint("list_count", "the same with `count=exact`", lambda _: [listed(count="exact")])
DETAIL = Endpoint("detail", "one of 200 products by id", lambda of: [f"{PRODUCTS}{each}/" for each in of.products])
FILTERED = Endpoint("filtered", "20 of a category in a range of prices; 10 categories in turn", _filtered)
SEARCH = Endpoint(
    "search",
    "20 best for a word; 10 words in turn",
    lambda of: [listed(search=word) for word in of.words],
    rivals=False,
)
CATEGORY = Endpoint(
    "category",
    "20 of a category; 10 in turn",
    lambda of: [listed(category=slug) for slug in of.categories],
    rivals=False,
)
ALL_FACETS = Endpoint("facets", f"`list` with `facets={FACETS}`", lambda _: [listed(facets=FACETS)], rivals=False)
CATEGORY_FACETS = Endpoint(
    "category_facets",
    f"`category` with `facets={FACETS}`",
    lambda of: [listed(category=slug, facets=FACETS) for slug in of.categories],
    rivals=False,
)

COMPARED = (LIST, COUNT, DETAIL, FILTERED, SEARCH, ALL_FACETS)
GROWING = (LIST, DETAIL, FILTERED, CATEGORY, SEARCH, ALL_FACETS, CATEGORY_FACETS)


def served(endpoints: Iterable[Endpoint], server: Server, of: Sample) -> list[Endpoint]:
    """Those that the service has: one that refuses the parameters of a younger one is measured without it."""
    return [endpoint for endpoint in endpoints if endpoint.rivals or _answers(server, endpoint.paths(of)[0])]


def _answers(server: Server, path: str) -> bool:
    try:
        fetch(server.port, path)
    except WrongAnswerError:
        return False
    return True
