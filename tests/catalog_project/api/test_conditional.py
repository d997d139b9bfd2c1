import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog_project.api.conditional import (
    NO_VERSION,
    PreconditionRequired,
    digest_of,
    entity_tag,
    expected_version,
    names,
)

TAG = '"3-abc"'


def asking(if_match: str | None) -> Request:
    """A request with this header."""
    return Request(APIRequestFactory().patch("/", headers={} if if_match is None else {"If-Match": if_match}))


# --- If-None-Match


@pytest.mark.parametrize("header", [TAG, f"W/{TAG}", "*", " * ", f'"x", {TAG}', f',, "x"\t,{TAG} ,', f'W/"x",W/{TAG}'])
def test_a_tag_is_named_weak_or_not_alone_or_among_others(header: str) -> None:
    assert names(header, TAG)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        '"x"',
        '"3-abd"',
        "3-abc",
        "'3-abc'",
        "*, *",
        f"*, {TAG}",
        f"{TAG} {TAG}",
        f"w/{TAG}",
        '"',
        f"{TAG};",
    ],
)
def test_anything_else_names_nothing(header: str | None) -> None:
    assert not names(header, TAG)


def test_what_has_no_tag_is_never_named() -> None:
    assert not names("*", "")


@given(st.text(st.characters(codec="latin-1"), max_size=200))
def test_whatever_is_sent_is_read(header: str) -> None:
    names(header, TAG)
    try:
        assert expected_version(asking(None), 3) is None
        expected_version(_with(header), 3)
    except ParseError:
        pass


def _with(header: str) -> Request:
    request = asking(None)
    request.META["HTTP_IF_MATCH"] = header
    return request


def test_a_long_header_is_read_in_time() -> None:
    assert not names('"x",' * 20_000 + " " * 20_000 + "x", TAG)


# --- If-Match


@pytest.mark.parametrize("header", [TAG, '"3-another"', '"3-"', f'"2-x", {TAG}', f'"x",{TAG}', f'W/"2-abc", {TAG}'])
def test_the_version_part_decides(header: str) -> None:
    assert expected_version(asking(header), 3) == 3


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_no_header_and_a_star_take_anything(header: str | None) -> None:
    assert expected_version(asking(header), 3) is None


@pytest.mark.parametrize(
    "header",
    ['"2-abc"', '"4-abc"', f"W/{TAG}", '"x"', '"3"', '""', '"03-abc"', '"33-abc"', '"2-a", "4-a"', f'"{"9" * 30}-a"'],
)
def test_what_names_no_such_version_can_never_hold(header: str) -> None:
    assert expected_version(asking(header), 3) == NO_VERSION


@pytest.mark.parametrize(
    "header", ["", ",", "3", "3-abc", f"{TAG}x", f"x{TAG}", '"a b"', '"a', "*, *", f"*, {TAG}", "'3-abc'"]
)
def test_what_holds_no_tags_is_malformed_and_the_header_named(header: str) -> None:
    with pytest.raises(ParseError, match="If-Match"):
        expected_version(asking(header), 3)


def test_where_it_is_required_a_missing_one_is_refused_and_a_star_will_do() -> None:
    with pytest.raises(PreconditionRequired):
        expected_version(asking(None), 3, is_required=True)
    assert expected_version(asking("*"), 3, is_required=True) is None
    assert expected_version(asking(TAG), 3, is_required=True) == 3


# --- Tags


def test_a_tag_is_of_the_version_and_of_every_byte() -> None:
    digest = hashlib.md5(b"{}", usedforsecurity=False).hexdigest()
    assert entity_tag(3, digest_of(b"{}")) == f'"3-{digest}"'
