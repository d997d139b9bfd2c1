"""`/bulk/`"""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.batches import Items, ItemsParser, LinesParser
from catalog_project.api.preferences import APPLIED, HEADER, RESPOND_ASYNC, prefers
from catalog_project.api.query import BooleanParameter, ChoiceParameter, Query
from catalog_project.api.schema import FaultSerializer
from catalog_project.errors import Fault, Invalid
from catalog_project.jobs.api.serializers import JOB, JobSerializer
from catalog_project.jobs.api.uploads import UploadView, media_type_among
from products.bulk.calls import CallMode, run_bulk
from products.bulk.items import Item
from products.bulk.jobs import KIND
from products.bulk.reading import ItemReader
from products.bulk.rights import hides_products, may_write_something
from products.bulk.shapes import BulkItemSerializer
from products.bulk.uploads import ARRAY, LINES

FORMATS = {ItemsParser.media_type: ARRAY, LinesParser.media_type: LINES}
DESCRIPTION = """\
Takes up to 1,000 items as a JSON array, or as NDJSON with one on each line. Items run in their order and may name what
earlier ones make. Each has the effect, needs the rights and is refused for the reasons of the single request; `data`
is that request's body:

- `create`, `update`, `upsert`, `delete` of a product, variant, category or brand; a new variant names its `product`
  (id or slug) in its data. `publish` and `archive` of a product, `set_stock` and `set_price` of a variant
  (`{"prices": {"USD": {"amount": "12.50"}, "EUR": null}}`).
- `ref` is an id (a number) or a key (a text): a slug, for variants a SKU. One that names nothing is a fault.
- `upsert` changes the row that `ref` names; without `ref` the one that has the data's `external_id`, else its SKU (of
  a product: its first variant's), else its slug, and creates it where there is none. It needs the rights to create
  and to change. `variants` in the data of a product are matched by external_id or SKU and merged.
- `version` refuses the item (412) unless the row is at that version by then.

With `mode=atomic` one failed item undoes the call: the answer is a problem with the status of the first failed item
that names each by pointers such as `/3/data/name`. With `mode=per_item` the answer is 200, and a failed item has its
`problem`, whose pointers begin at the item. `dry_run=true` answers what the call would do, and writes nothing.

With `Prefer: respond-async` the call becomes a job, however many items it has: 202 with the job, which runs with the
rights that its owner has by then. The job's `failures` hold the problem of each failed item. With `mode=per_item`
NDJSON may hold `IMPORT_MAX_BYTES` and lands in portions of 500 items; an array, and what is atomic, is held as a whole
and may hold `BULK_MAX_BYTES`. Either may be gzipped."""
ITEMS: list[dict[str, Any]] = [
    {"op": "create", "resource": "brand", "data": {"name": "Acme"}},
    {"op": "update", "resource": "product", "ref": "trail-backpack", "version": 3, "data": {"brand": "acme"}},
    {"op": "set_price", "resource": "variant", "ref": "TB-RED", "data": {"prices": {"USD": {"amount": "119.99"}}}},
    {"op": "set_stock", "resource": "variant", "ref": 77, "data": {"delta": -1}},
]
COUNTS = {"created": 500, "changed": 498, "failed": 2}
RESULT = {"index": 0, "status": 201, "id": 1, "version": 1, "changed": ["name", "slug"]}
EXAMPLES = [
    *(OpenApiExample(f"{item['op']} a {item['resource']}", value=item, request_only=True) for item in ITEMS),
    OpenApiExample("Line", value=ITEMS[0], request_only=True, media_type=LinesParser.media_type),
    OpenApiExample(
        "Results",
        value={"mode": "atomic", "dry_run": False, "results": [RESULT]},
        response_only=True,
        status_codes=["200"],
    ),
    OpenApiExample("A job", value={**JOB, "kind": KIND, "summary": COUNTS}, response_only=True, status_codes=["202"]),
]


PREFER = OpenApiParameter(
    HEADER,
    {"type": "string", "examples": [RESPOND_ASYNC]},
    OpenApiParameter.HEADER,
    description="RFC 7240. `respond-async` makes the call a job; other preferences are ignored.",
)
PREFERENCE_APPLIED = OpenApiParameter(
    APPLIED,
    {"type": "string", "enum": [RESPOND_ASYNC]},
    OpenApiParameter.HEADER,
    description="That it was.",
    response=[202],
)


class BulkQuery(Query):
    """How to run a call."""

    mode = ChoiceParameter(
        choices=[mode.value for mode in CallMode],
        required=False,
        help_text="`atomic` (default): all items or none. `per_item`: each item entirely or not at all.",
    )
    dry_run = BooleanParameter(
        required=False, help_text="Answer what the call would do, with every field before and after; write nothing."
    )


class BulkProblemSerializer(serializers.Serializer[Any]):
    """Why an item has failed: the problem document of the single request, but for what names a request."""

    type = serializers.CharField(help_text="Where the code is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; one of those listed at /problems/.")
    errors = FaultSerializer(many=True, required=False)  # type: ignore[assignment]


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of an item."""

    index = serializers.IntegerField()
    status = serializers.IntegerField(help_text="As the single request would have answered.")
    id = serializers.IntegerField(allow_null=True, help_text="null for what failed, and for what a dry run makes.")
    version = serializers.IntegerField(allow_null=True, help_text="After the item; null for what is gone or failed.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="The fields that it changed.")
    changes = serializers.DictField(
        required=False, help_text="In a dry run: `{field: {before, after}}` for each field changed."
    )
    problem = BulkProblemSerializer(required=False, help_text="Pointers begin at the item.")


class BulkSerializer(serializers.Serializer[Any]):
    """What became of a call."""

    mode = serializers.ChoiceField(choices=[mode.value for mode in CallMode])
    dry_run = serializers.BooleanField()
    results = BulkResultSerializer(many=True)


class MayWriteSomething(BasePermission):
    """Whoever has no right to write anything is told so whatever the body says; each item needs its own right."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller may write anything at all."""
        return may_write_something(request.user)


class BulkView(UploadView):
    """Many writes at once."""

    operation_id = "run_bulk"
    permission_classes = (MayWriteSomething,)
    parser_classes = (ItemsParser, LinesParser)
    query_class = BulkQuery
    problems: ClassVar = {
        "": [
            "not_authenticated", "permission_denied", "not_found", "duplicate", "in_use", "not_publishable",
            "last_variant", "insufficient_stock", "stock_not_tracked", "stock_out_of_range", "category_cycle", "stale",
            "too_many_items",
        ],
    }  # fmt: skip

    def items(self) -> Items:
        """The body's items, unread themselves. Raises what the parsers raise."""
        items = self.request.data
        if not isinstance(items, Items):  # an empty body reaches no parser
            raise Invalid([Fault("invalid", "The body must hold items.", "")])
        return items

    @property
    def body_limit(self) -> int | None:
        """More than others; that of a job goes into a file."""
        return None if self.is_async else int(settings.BULK_MAX_BYTES)

    def body_digest(self) -> bytes:
        """Of a body that may be larger than others."""
        return super().body_digest() if self.is_async else self.items().digest

    @property
    def is_async(self) -> bool:
        """Whether the caller would rather have a job than wait."""
        return prefers(self.request, RESPOND_ASYNC)

    @property
    def mode(self) -> CallMode:
        """All items or each by itself."""
        return CallMode(self.query.values.get("mode", CallMode.ATOMIC))

    @property
    def upload_limit(self) -> int:
        """Lower for what a worker will have to hold as a whole."""
        is_whole = self.mode == CallMode.ATOMIC or self.body_format == ARRAY
        return int(settings.BULK_MAX_BYTES if is_whole else settings.IMPORT_MAX_BYTES)

    @property
    def body_format(self) -> str:
        """ARRAY or LINES, of a job. Raises UnsupportedMediaType."""
        return FORMATS[media_type_among(self.request, FORMATS)]

    @extend_schema(
        parameters=[PREFER, PREFERENCE_APPLIED],
        request={"application/json": BulkItemSerializer(many=True), "application/x-ndjson": BulkItemSerializer},
        responses={
            200: BulkSerializer,
            202: OpenApiResponse(JobSerializer, "The job, whose address is in `Location`."),
        },
        examples=EXAMPLES,
        summary="Write many things at once",
        description=DESCRIPTION,
    )
    def post(self, request: Request) -> Response:
        """Run the items of one call, now or later."""
        return self._queue() if self.is_async else self._run()

    def _queue(self) -> Response:
        response = self.queue(kind=KIND, options={"mode": self.mode.value, "format": self.body_format})
        response[APPLIED] = RESPOND_ASYNC
        return response

    def _run(self) -> Response:
        user = self.request.user
        items = ItemReader(user.has_perm).read(self.items())
        if self.mode == CallMode.ATOMIC:
            _refuse_without_rights(items)
        hides = hides_products(user)
        return Response(run_bulk(items, by=user, mode=self.mode, dry_run=self.is_dry_run, hides=hides))


def _refuse_without_rights(items: list[Item]) -> None:
    for item in items:
        if item.failure is not None and item.failure.code == "permission_denied":
            raise PermissionDenied(f"Item {item.index}: {item.failure.detail}")
