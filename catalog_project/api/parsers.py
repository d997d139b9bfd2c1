"""JSON in, strictly: what other parsers let through breaks databases and clients later."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
# What some editors put at the beginning of UTF-8.
BOM = b"\xef\xbb\xbf"
# Far more digits than 64 bits hold; Python would take quadratic time to read a longer literal.
MAX_DIGITS = 20


class StrictJSONParser(BaseParser):
    """RFC 8259 in UTF-8, and no duplicate keys, NaN, numbers beyond 64 bit, NUL, lone surrogates or deep nesting."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The parsed body. Raises ParseError (400 `malformed`) saying what is wrong."""
        try:
            return loads(read_whole(stream, parser_context))
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error


class MergePatchParser(StrictJSONParser):
    """The same for `application/merge-patch+json` (RFC 7396)."""

    media_type = "application/merge-patch+json"


def read_whole(stream: IO[bytes], parser_context: Mapping[str, Any] | None) -> bytes:
    """A body to its end; how large it may be is the view's care. Raises ParseError where it ends too early."""
    raw = stream.read()
    request = (parser_context or {}).get("request")
    if request is not None and len(raw) < int(request.META.get("CONTENT_LENGTH") or 0):
        raise ParseError("The body ended before its Content-Length.")
    return raw


def loads(raw: bytes | str) -> Any:
    """Parse one strict JSON text. Raises ValueError with a sentence that can be shown to the caller."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    if _depth(text) > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg.lower()} at line {error.lineno} column {error.colno}") from error
    if "\\u" in text or "\x00" in text:
        _refuse_unstorable(value)
    return value


def loads_line(raw: bytes | str) -> Any:
    """Parse one line of NDJSON as `loads` does; the sentence names the column alone: the caller knows the line."""
    try:
        return loads(raw)
    except ValueError as error:
        raise ValueError(str(error).replace(" at line 1 column", " at column")) from error


def _depth(text: str) -> int:
    """The nesting depth, at most: brackets inside strings are counted only where there are too many in all."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string, escaped = (char != '"' or escaped), (char == "\\" and not escaped)
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, below in value.items():
            _check_text(key)
            _refuse_unstorable(below)
    elif isinstance(value, list):
        for below in value:
            _refuse_unstorable(below)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ValueError("a text holds the NUL character, which cannot be stored")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("a text holds half of a surrogate pair") from error


def _integer(literal: str) -> int:
    if len(literal) > MAX_DIGITS or not MIN_INTEGER <= int(literal) <= MAX_INTEGER:
        raise ValueError("an integer does not fit into 64 bits")
    return int(literal)


def _float(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _constant(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:100]!a} stands twice in one object")
    return found


_decoder = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object)
