"""The OpenAPI document: names, and every problem an operation can answer with."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from catalog_project.api import headers, idempotency
from catalog_project.api.permissions import MayView
from catalog_project.api.problems import CONTENT_TYPE, PROBLEMS
from catalog_project.api.serializers import StrictSerializer

VERBS = {"list": "list", "create": "create", "retrieve": "get", "partial_update": "update", "destroy": "delete"}
DESCRIPTIONS = {
    "list": "A page of results. Walk on with `next`; a page costs the same at any depth.",
    "create": "Answers with the same body as a later GET, and its address in `Location`.",
    "retrieve": "By id or slug, where it has one.",
    "partial_update": "JSON Merge Patch (RFC 7396): what is left out stays, objects merge key by key, null removes.",
    "destroy": "For good.",
}
ANY_OPERATION = (
    "invalid",
    "authentication_failed",
    "not_acceptable",
    "uri_too_long",
    "rate_limited",
    "server_error",
    "unavailable",
)
WITH_BODY = ("malformed", "payload_too_large", "unsupported_media_type")
WITH_KEY = ("invalid_idempotency_key", "idempotency_in_flight", "idempotency_key_reused")
KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Makes it safe to send the request again: within 24 hours it is done once and answered alike.",
)
UNCHANGED = {"description": "The caller has what it would be sent.", "headers": headers.ETAG}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "ETags of what the caller has, or `*`; where one of them is that of now, the answer is 304.",
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "ETags of what the caller has read, or `*` for anything. Nothing is done unless one of them is "
    "strong and of the present version, whatever its digest: moving stock or renaming a brand is no edit of a product.",
}


class FaultSerializer(serializers.Serializer[Any]):
    """One thing wrong with what was sent."""

    pointer = serializers.CharField(required=False, help_text="JSON Pointer (RFC 6901) into the body.")
    parameter = serializers.CharField(required=False, help_text="Name of a query parameter, in place of the pointer.")
    code = serializers.CharField()
    detail = serializers.CharField()
    suggestion = serializers.CharField(required=False, help_text="What may have been meant.")


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="Where the code is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="Stable; one of those listed at /problems/.")
    request_id = serializers.CharField()
    errors = FaultSerializer(many=True, required=False)  # type: ignore[assignment]


class CatalogSchema(AutoSchema):
    """Derives operations from the attributes of `ResourceViewSet`; acts are named like their method."""

    def get_operation_id(self) -> str:
        """`list_products`, `get_product`, …; the name of the method for an act or a plain view."""
        action = getattr(self.view, "action", None) or getattr(self.view, "operation_id", None)
        if action is None:
            return str(super().get_operation_id())
        if action not in VERBS:
            return str(action)
        noun = getattr(self.view, "plural" if action == "list" else "noun", "")
        return f"{VERBS[action]}_{noun}"

    def get_summary(self) -> str | None:
        """`List products`, `Get a product`, …; acts say theirs with `extend_schema`."""
        verb = VERBS.get(getattr(self.view, "action", None) or "")
        if verb is None or not hasattr(self.view, "noun"):
            return super().get_summary()
        what = getattr(self.view, "plural", "") if verb == "list" else f"a {getattr(self.view, 'noun', '')}"
        return f"{verb} {what}".capitalize().replace("_", " ")

    def get_description(self) -> str:  # type: ignore[override]
        """What the view's method says, or for the usual verbs what they all do."""
        return DESCRIPTIONS.get(getattr(self.view, "action", None) or "") or str(super().get_description())

    def get_request_serializer(self) -> Any:
        """The write serializer."""
        patch = getattr(self.view, "patch_serializer", None) if self.method == "PATCH" else None
        return patch or getattr(self.view, "write_serializer", None) or super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """The read serializer."""
        if self.method == "DELETE":
            return None
        trimmed = getattr(self.view, "trimmed_serializer", None) if self.method == "GET" else None
        return trimmed or getattr(self.view, "read_serializer", None) or super().get_response_serializers()

    def get_auth(self) -> list[dict[str, Any]]:
        """Reads work without credentials too, and show more with them."""
        optional: list[dict[str, Any]] = [{}] if self._is_open else []
        return [*super().get_auth(), *optional]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    def get_override_parameters(self) -> list[Any]:
        """The declared query parameters, and the key that a POST may carry."""
        query = self.view.get_query_class() if hasattr(self.view, "get_query_class") else None
        declared = [query, *query.further_parameters] if query is not None and query().fields else []
        return [*declared, KEY] if self._takes_key else declared

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation with its problem answers added."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            self._say_conditions(operation)
            _share_examples(operation.get("requestBody", {}).get("content", {}))
            reference = self.resolve_serializer(ProblemSerializer, "response").ref
            codes = self._problem_codes(operation)
            for status, of_status in _by_status(codes).items():
                operation["responses"].setdefault(status, _answer(reference, of_status))
            self._say_headers(operation["responses"], codes)
        return operation

    @property
    def _takes_key(self) -> bool:
        return self.method == "POST" and getattr(self.view, "takes_idempotency_key", False)

    def _problem_codes(self, operation: dict[str, Any]) -> list[str]:
        codes = [*ANY_OPERATION, *getattr(self.view, "problems", {}).get(getattr(self.view, "action", ""), ())]
        if "requestBody" in operation:
            codes += WITH_BODY
        if self._takes_key:
            codes += WITH_KEY
        if "{" in self.path:
            codes.append("not_found")
        if self._is_guarded:
            codes += ["malformed", "stale"]
            if getattr(self.view, "action", None) not in getattr(self.view, "unconditional", ()):
                codes.append("precondition_required")
        if self.method not in {"GET", "HEAD"} and hasattr(self.view, "permission_model"):
            codes += ["not_authenticated", "permission_denied", "conflict"]
        return codes

    def _say_headers(self, responses: dict[str, Any], codes: list[str]) -> None:
        """What each answer says in its headers."""
        headers.say_usual(responses, codes=codes, is_counted=getattr(self.view, "is_counted_in_limits", False))
        if self._takes_key:
            headers.say(responses, {status for status in responses if status < "300"}, headers.REPLAYED)
        if self._is_guarded:
            headers.say(responses, {"412"}, headers.PRESENT)
        if self._is_open and getattr(self.view, "action", None) in {"list", "retrieve"}:
            headers.say(responses, {"200", "304"}, headers.STALE)

    @property
    def _is_open(self) -> bool:
        """Whether anyone may read here."""
        is_open = hasattr(self.view, "permission_model") and MayView not in self.view.permission_classes
        return is_open and self.method == "GET"

    @property
    def _is_guarded(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "guarded", ())

    def _say_conditions(self, operation: dict[str, Any]) -> None:
        """The headers that make an operation conditional, and the ETag of what it shows."""
        action = getattr(self.view, "action", None)
        if not getattr(self.view, "is_versioned", False) or action == "list":
            return
        headers.say(operation["responses"], {"200", "201"}, headers.ETAG)
        if action == "retrieve":
            operation["responses"]["304"] = UNCHANGED
        if parameter := IF_NONE_MATCH if action == "retrieve" else IF_MATCH if self._is_guarded else None:
            operation["parameters"] = [*operation.get("parameters", ()), parameter]


def _share_examples(content: dict[str, Any]) -> None:
    """Show the examples of one media type for every other one too: the bodies are the same.

    Not for lines: an example is a JSON value, and tools that send it would not know how.
    """
    examples: dict[str, Any] = next((part["examples"] for part in content.values() if "examples" in part), {})
    for media_type, part in content.items():
        if media_type.endswith("ndjson"):
            part.pop("examples", None)
        else:
            part.setdefault("examples", examples)


def _by_status(codes: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(str(PROBLEMS[code].status), []).append(code)
    return dict(sorted(found.items()))


def _answer(reference: dict[str, Any], codes: list[str]) -> dict[str, Any]:
    examples = {code: {"value": _example(code)} for code in codes}
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].meaning}" for code in codes),
        "content": {CONTENT_TYPE: {"schema": reference, "examples": examples}},
    }


def _example(code: str) -> dict[str, Any]:
    problem = PROBLEMS[code]
    return {
        "type": f"/problems/{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.meaning,
        "instance": "/api/v1/products/",
        "code": code,
        "request_id": "3f0c9a52b7d54c1e",
    }
