"""`/imports/`"""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.query import BooleanParameter, Query
from catalog_project.api.serializers import unknown_value
from catalog_project.errors import Fault, Invalid
from catalog_project.jobs.api.serializers import JobSerializer
from catalog_project.jobs.api.uploads import UploadView, media_type_among
from products.exchange.jobs import CSV, KIND, NDJSON
from products.exchange.mappings import load_named_mapping, mapping_names
from products.exchange.reading import SourceError
from products.exchange.rights import may_import

FORMATS = {"application/x-ndjson": NDJSON, "text/csv": CSV}
LINE = '{"name": "Trail Backpack", "external_id": "7", "variants": [{"sku": "TB-RED", "stock": 15}]}'


class MappingParameter(serializers.CharField):
    """The name of a mapping that operators have put into MAPPING_DIR."""

    def to_internal_value(self, data: Any) -> str:
        """The name of one that is there and has no fault."""
        names = mapping_names()
        if data not in names:
            raise ValidationError([unknown_value(data, names, "The mapping")])
        try:
            load_named_mapping(data)
        except SourceError as error:
            raise ValidationError(f"The mapping {data!a} has a fault of its own.", "invalid") from error
        return str(data)


class ImportQuery(Query):
    """Parameters of an import."""

    mapping = MappingParameter(required=False, help_text="Where the rows have each field: required for CSV.")
    create_missing = BooleanParameter(required=False, help_text="Create unknown brands and categories.")
    dry_run = BooleanParameter(required=False, help_text="Count what would happen and change nothing.")


class MayImport(BasePermission):
    """Who may add and change products and variants."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller may go on; DRF turns False into 401 or 403."""
        return may_import(request.user)


class ImportView(UploadView):
    """Imports of whole files."""

    operation_id = "create_import"
    permission_classes = (MayImport,)
    query_class = ImportQuery
    problems: ClassVar = {"": ["not_authenticated", "permission_denied"]}
    body_limit = None  # it goes into a file, up to IMPORT_MAX_BYTES

    @property
    def upload_limit(self) -> int:
        """Of whole files."""
        return int(settings.IMPORT_MAX_BYTES)

    @extend_schema(
        summary="Import a file",
        description=(
            f"The raw body is NDJSON (one product with its variants a line, such as `{LINE}`) or CSV, plain or "
            "gzipped. It is read as `manage.py import_catalog` reads a file, by a job with the rights that its owner "
            "has while it runs: lines of other kinds need the right to add and change these."
        ),
        request=dict.fromkeys(FORMATS, OpenApiTypes.STR),
        responses={202: OpenApiResponse(JobSerializer, "The job, whose address is in `Location`.")},
    )
    def post(self, request: Request) -> Response:
        """Keep the file and queue its import."""
        options = self._options(FORMATS[media_type_among(request, FORMATS)])
        if not may_import(request.user, create_missing=options["create_missing"]):
            raise PermissionDenied
        return self.queue(kind=KIND, options=options)

    def _options(self, file_format: str) -> dict[str, Any]:
        given = self.query.values
        if file_format == CSV and "mapping" not in given:
            raise Invalid([Fault("required", "CSV needs a mapping: name one.", parameter="mapping")])
        return {
            "format": file_format,
            "mapping": given.get("mapping"),
            "create_missing": given.get("create_missing", False),
        }
