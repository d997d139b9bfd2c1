"""POST /products/: bodies as a whole, which are strict JSON objects of known keys."""

from typing import Any

import pytest

from products.models import Product
from tests.answers import faults, problem

URL = "/api/v1/products/"


def refuse(client: Any, **body: Any) -> dict[str, str]:
    """The faults of a body, which left nothing behind."""
    found = faults(client.post(URL, body))
    assert not Product.objects.exists()
    return found


@pytest.mark.parametrize("name", ["id", "price_range", "in_stock", "version", "created_at", "updated_at"])
def test_what_only_the_server_sets_is_refused_as_read_only(editor, name) -> None:
    assert refuse(editor, name="A", **{name: None}) == {f"/{name}": "read_only"}


@pytest.mark.parametrize("name", ["nme", "", "Name", "non_field_errors", "a/b~c", "é", "__class__", "x" * 1_000])
def test_an_unknown_key_is_named(editor, name) -> None:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    assert refuse(editor, **{"name": "A", name: 1}) == {pointer: "unknown_field"}


def test_a_misspelled_key_gets_a_suggestion(editor) -> None:
    [fault] = problem(editor.post(URL, {"name": "A", "atributes": {}}), "invalid")["errors"]
    assert fault["suggestion"] == "attributes"


def test_unknown_keys_beyond_number_are_not_all_named(editor) -> None:
    assert len(refuse(editor, **{f"key{n}": n for n in range(5_000)})) == 100 + 1


@pytest.mark.parametrize("body", ["null", "[]", '[{"name": "A"}]', '"A"', "5", "true", "1.5"])
def test_a_body_is_an_object(editor, body) -> None:
    response = editor.post(URL, body, content_type="application/json")
    assert list(faults(response)) == [""]


def test_an_empty_body_lacks_what_is_required(editor) -> None:
    assert faults(editor.post(URL, b"", content_type="application/json")) == {"/name": "required"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'name': 'A'}",
        b'{"name": "A",}',
        b'{"name": "A"} x',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "A", "attributes": {"n": 1e400}}',
        b'{"name": "A", "attributes": {"n": -1e400}}',
        b'{"name": "A", "attributes": {"n": 9223372036854775808}}',
        b'{"attributes": {"n": ' + b"9" * 9_000 + b"}}",
        b'{"name": "A\\u0000"}',
        b'{"name\\u0000": "A"}',
        b'{"name": "A\x00"}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        '{"name": "A"}'.encode("utf-16"),
        b'{"name": "A", "name": "B"}',
        b'{"name": "A", "attributes": {"a": 1, "\\u0061": 2}}',
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"\x00",
        b" ",
        b"nul",
    ],
)
def test_what_is_not_strict_json_is_malformed(editor, body) -> None:
    problem(editor.post(URL, body, content_type="application/json"), "malformed")
    assert not Product.objects.exists()


def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_a_character(editor) -> None:
    body = b'{"name": "\\ud83d\\udc5c"}'
    assert editor.post(URL, body, content_type="application/json").json()["name"] == "👜"


def test_a_body_beyond_the_limit_is_too_large(editor) -> None:
    body = b'{"name": "' + b"x" * 2_600_000 + b'"}'
    problem(editor.post(URL, body, content_type="application/json"), "payload_too_large")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonx",
        "json",
        "x/y/z",
        "application/json-patch+json",
    ],
)
def test_only_json_is_read(editor, media_type) -> None:
    problem(editor.post(URL, b'{"name": "A"}', content_type=media_type), "unsupported_media_type")
    assert not Product.objects.exists()


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_read_however_it_is_spelled(editor, media_type) -> None:
    assert editor.post(URL, b'{"name": "A"}', content_type=media_type).status_code == 201


def test_a_write_has_no_parameters(editor) -> None:
    assert faults(editor.post(f"{URL}?fields=id", {"name": "A"})) == {"fields": "unknown_parameter"}
    assert not Product.objects.exists()
