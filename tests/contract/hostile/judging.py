"""What every answer to a hostile request must be, whatever was asked."""

import re
from collections.abc import Iterator

import orjson
from django.apps import apps

from catalog_project import urls  # noqa: F401  # with it each app registers its problems
from catalog_project.api.problems import CONTENT_TYPE, PROBLEMS
from tests.contract.hostile.cases import NO_ANSWER, Case
from tests.contract.hostile.exchanging import Answer, Exchange
from tests.live import ROOT

LONGEST_SECONDS = 1.0
# Of our code, its libraries, its databases and the machine.
LEAK = re.compile(
    rb"Traceback|File \"|line \d+, in|psycopg|sqlite|libpq|django\.|rest_framework|site-packages|\.py\b|gunicorn/|/tmp/"
    rb"|UNIQUE constraint|duplicate key|violates|relation \"|SELECT |INSERT |UPDATE |Argon2",
)
FIELDS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def faults_of(case: Case, found: Exchange) -> list[str]:
    """All that is wrong with how a case was answered; empty where nothing is."""
    of_answers = [fault for answer in found.answers for fault in _of(case, answer)]
    return [*_of_statuses(case, found), *_of_connection(case, found), *of_answers]


def _of_statuses(case: Case, found: Exchange) -> Iterator[str]:
    got = [answer.status for answer in found.answers] or [NO_ANSWER]
    if len(got) != len(case.statuses) or any(a not in b for a, b in zip(got, case.statuses, strict=False)):
        yield f"answered {got} in place of {[sorted(each) for each in case.statuses]}"


def _of_connection(case: Case, found: Exchange) -> Iterator[str]:
    if found.seconds > LONGEST_SECONDS:
        yield f"took {found.seconds:.2f} s"
    if not found.answers and not found.is_closed:
        yield "hung"
    if not found.is_closed and not case.ends:
        follows = [(answer.status, answer.body) for answer in found.following]
        if follows != [(200, b'{"status": "ok"}')]:
            yield f"the next request was answered with {follows}"
    if found.rest:
        yield f"more came than was asked for: {found.rest[:100]!r}"


def _of(case: Case, answer: Answer) -> Iterator[str]:
    if answer.status >= 500:
        yield f"a server error: {answer.status}"
    if answer.headers.get("x-content-type-options") != "nosniff":
        yield "no nosniff"
    if "x-injected" in answer.headers:
        yield "a header was injected"
    is_refusal = answer.status >= 400
    if is_refusal and case.is_api:
        yield from _of_problem(case, answer)
    if is_refusal and (leaks := _leaks(answer)):
        yield f"it tells of its inside: {leaks}"


def _of_problem(case: Case, answer: Answer) -> Iterator[str]:
    if answer.headers.get("content-type") != CONTENT_TYPE:
        yield f"of type {answer.headers.get('content-type')}"
    elif case.method != b"HEAD":
        body = orjson.loads(answer.body)
        if set(body) - {"errors"} != FIELDS:
            yield f"a problem with {sorted(body)}"
        known = PROBLEMS[body["code"]]
        if (body["status"], body["title"], known.status) != (answer.status, known.title, answer.status):
            yield "a problem that is not as registered"
        if body["request_id"] != answer.headers.get("x-request-id"):
            yield "a problem of another request"


def _leaks(answer: Answer) -> list[bytes]:
    words = _own_words(answer)
    inside = [str(ROOT), *(model._meta.db_table for model in apps.get_models())]
    return [*LEAK.findall(words), *(each.encode() for each in inside if each.encode() in words)]


def _own_words(answer: Answer) -> bytes:
    """What an answer says, without the address that it repeats."""
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return answer.body
    return orjson.dumps({**body, "instance": ""}) if isinstance(body, dict) else answer.body
