"""POST /imports/"""

import gzip
import hashlib
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from catalog_project.jobs.models import Job
from products.models import Brand, Product
from tests.answers import faults, problem
from tests.jobs import run_all
from tests.products.api.test_rights import with_permissions

pytestmark = pytest.mark.django_db

NDJSON, CSV = "application/x-ndjson", "text/csv"
CUP = {"name": "Cup", "external_id": "7", "variants": [{"sku": "A1"}]}
BAD = {"name": "Mug", "external_id": "8", "brand": "acme"}
SHOP = '[product]\nname = "Title"\nbrand = "Maker"\n[variants]\nsku = "SKU"\nprices.USD = "Price"\n'


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR, settings.MAPPING_DIR = tmp_path / "uploads", tmp_path / "mappings"
    settings.MAPPING_DIR.mkdir()
    (settings.MAPPING_DIR / "shop.toml").write_text(SHOP)
    return tmp_path


def lines(*values: Any) -> bytes:
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


def send(client: Any, body: bytes, query: str = "", content_type: str = NDJSON, **headers: Any) -> Any:
    return client.generic("POST", f"/api/v1/imports/{query}", body, content_type=content_type, **headers)


def finished(client: Any, response: Any) -> dict[str, Any]:
    """The job behind an answer, once workers have seen to it."""
    assert response.status_code == 202, response.content
    run_all()
    return dict(client.get(response["Location"]).json())


def failures(client: Any, job: dict[str, Any]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in b"".join(client.get(job["failures"])).splitlines()]


def uploads(folder: Path) -> list[Path]:
    return list((folder / "uploads").glob("*.upload"))


def test_an_import_is_202_with_its_job_and_where_it_is(editor, folder) -> None:
    response = send(editor, lines(CUP))
    job = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/v1/jobs/{job['id']}/"
    assert (job["kind"], job["status"], job["owner"]) == ("import", "queued", "editor")
    assert editor.get(response["Location"]).json() == job
    [upload] = uploads(folder)
    assert upload.read_bytes() == lines(CUP)
    assert Job.objects.get().sha256 == hashlib.sha256(lines(CUP)).hexdigest()


def test_its_rows_land_and_its_file_goes(editor, folder, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = finished(editor, send(editor, lines(CUP, BAD)))
    assert (job["status"], job["total"], job["succeeded"], job["failed"]) == ("succeeded", 2, 1, 1)
    assert job["summary"] == {"created": 1, "changed": 0, "unchanged": 0, "failed": 1}
    assert Product.objects.get().name == "Cup"
    assert not uploads(folder)


def test_failures_name_line_place_and_record_and_can_be_mended_and_sent_again(editor) -> None:
    job = finished(editor, send(editor, lines(CUP, BAD)))
    [failure] = failures(editor, job)
    assert (failure["line"], failure["record"]) == (2, BAD)
    assert [(fault["pointer"], fault["code"]) for fault in failure["errors"]] == [("/brand", "unknown_value")]
    again = b"".join(editor.get(job["failures"])).replace(b'"acme"', b"null")
    assert finished(editor, send(editor, again))["summary"]["created"] == 1


BODIES = {
    "mixed line ends, a mark and blank lines": b"\xef\xbb\xbf\r\n" + lines(CUP).strip() + b"\r\n\n  \n" + lines(BAD),
    "no JSON": lines(CUP) + b'{"name": \n' + lines(CUP),
    "no UTF-8": lines(CUP) + b'{"name": "\xff"}\n',
    "a long line": lines(CUP) + b'{"name": "%s"}\n' % (b"x" * 1_000_001) + lines(CUP),
    "gzip": gzip.compress(lines(CUP, BAD)),
    "nothing that is a record": b"5\n[]\nnull\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_upload_and_the_command_behave_the_same(editor, folder, body: bytes) -> None:
    path, errors, output = folder / "a.ndjson", folder / "errors.ndjson", io.StringIO()
    path.write_bytes(body)
    with suppress(CommandError):  # some rows failed
        call_command("import_catalog", str(path), json=True, errors=str(errors), dry_run=True, stdout=output)
    job = finished(editor, send(editor, body))
    assert job["summary"] == orjson.loads(output.getvalue())
    assert failures(editor, job) == [orjson.loads(line) for line in errors.read_bytes().splitlines()]


def test_a_line_over_a_megabyte_fails_naming_the_limit(editor) -> None:
    [failure] = failures(editor, finished(editor, send(editor, BODIES["a long line"])))
    assert (failure["line"], failure["errors"][0]["detail"]) == (2, "The line is longer than 1000000 bytes.")


def test_a_file_without_records_is_a_failed_job(editor) -> None:
    job = finished(editor, send(editor, b"\n \r\n"))
    assert (job["status"], job["error"], job["total"]) == ("failed", "There is nothing in it.", None)


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(editor) -> None:
    body = lines(CUP, BAD, {**CUP, "name": "Can"})
    rehearsed = finished(editor, send(editor, body, "?dry_run=true&create_missing=true"))
    assert rehearsed["dry_run"]
    assert not Product.objects.exists()
    assert not Brand.objects.exists()
    landed = finished(editor, send(editor, body, "?create_missing=true"))
    counts = ("status", "total", "processed", "succeeded", "failed", "summary")
    assert {name: rehearsed[name] for name in counts} == {name: landed[name] for name in counts}
    assert landed["summary"] == {"created": 2, "changed": 1, "unchanged": 0, "failed": 0}


def test_csv_is_read_through_a_mapping(editor) -> None:
    body = b'SKU,Title,Maker,Price\r\nA1,"Cup, blue",Acme,1.50\r\nA2,Mug,Acme,x\r\nA3\r\n'
    job = finished(editor, send(editor, body, "?mapping=shop&create_missing=true", CSV))
    assert job["summary"] == {"created": 1, "changed": 0, "unchanged": 0, "failed": 2}
    assert [failure["line"] for failure in failures(editor, job)] == [3, 4]
    assert Product.objects.get().brand.name == "Acme"


def test_the_parameters_are_checked(editor, folder) -> None:
    (folder / "mappings" / "bad.toml").write_text("[product]\nnmae = 1")
    assert faults(send(editor, b"x", content_type=CSV)) == {"mapping": "required"}
    query = "?mapping=shp&create_missing=yes&dry_run=&errors=1"
    response = send(editor, b"x", query)
    assert faults(response) == {
        "mapping": "unknown_value",
        "create_missing": "unknown_value",
        "dry_run": "unknown_value",
        "errors": "unknown_parameter",
    }
    assert response.json()["errors"][0]["suggestion"]
    assert faults(send(editor, b"x", "?mapping=bad")) == {"mapping": "invalid"}
    for name in ("../mappings/shop", "shop.toml", ""):
        assert set(faults(send(editor, b"x", f"?mapping={name}"))) == {"mapping"}
    assert not uploads(folder)


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", "nonsense"]
)
def test_other_media_types_are_415_and_name_those_that_are_read(editor, content_type: str) -> None:
    body = problem(send(editor, lines(CUP), content_type=content_type), "unsupported_media_type")
    assert "application/x-ndjson, text/csv" in body["detail"]


def test_parameters_and_case_of_a_media_type_do_not_matter(editor) -> None:
    assert send(editor, lines(CUP), content_type="Application/X-NDJSON; charset=utf-8").status_code == 202


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 202), ("identity", 202), ("br", 415)])
def test_gzip_is_the_one_encoding_that_is_read(editor, encoding: str, status: int) -> None:
    response = send(editor, gzip.compress(lines(CUP)), HTTP_CONTENT_ENCODING=encoding)
    assert response.status_code == status


def test_a_body_over_the_limit_is_413_and_names_it(editor, settings, folder) -> None:
    settings.IMPORT_MAX_BYTES = 100
    body = problem(send(editor, b"x" * 101), "payload_too_large")
    assert body["detail"] == "The body is larger than 100 bytes."
    assert send(editor, b" " * 100).status_code == 202
    assert len(uploads(folder)) == 1


def test_a_key_takes_a_file_that_is_larger_than_memory_and_keeps_one(editor, settings, folder) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    first, again = (send(editor, lines(CUP), HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status_code, first.content) == (202, again.content)
    assert send(editor, lines(BAD), HTTP_IDEMPOTENCY_KEY="k").status_code == 422
    assert len(uploads(folder)) == 1


def test_an_empty_body_is_400(editor, folder) -> None:
    problem(send(editor, b""), "malformed")
    assert not uploads(folder)


def test_a_job_that_cannot_be_queued_leaves_no_file(editor, folder, monkeypatch) -> None:
    def lose(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(Job.objects, "create", lose)
    editor.raise_request_exception = False
    assert send(editor, lines(CUP)).status_code == 500
    assert not uploads(folder)


def test_a_disk_that_is_full_is_503_for_a_while(editor, settings, folder) -> None:
    (folder / "file").write_text("")
    settings.UPLOAD_DIR = folder / "file"
    response = send(editor, lines(CUP))
    problem(response, "unavailable")
    assert response["Retry-After"]


# --- Rights


IMPORT = ("add_product", "change_product", "add_variant", "change_variant")


def test_without_credentials_it_is_401_and_without_the_rights_403(anyone, stranger, viewer, folder) -> None:
    for client, code in ((anyone, "not_authenticated"), (stranger, "permission_denied"), (viewer, "permission_denied")):
        problem(send(client, b"x" * 100, "?nope=1", "text/plain"), code)
    assert not uploads(folder)


@pytest.mark.parametrize("missing", IMPORT)
def test_it_takes_the_rights_to_add_and_to_change(missing: str) -> None:
    problem(send(with_permissions(*(set(IMPORT) - {missing})), lines(CUP)), "permission_denied")


def test_those_suffice_but_not_to_create_what_is_missing() -> None:
    client = with_permissions(*IMPORT)
    assert send(client, lines(CUP)).status_code == 202
    problem(send(client, lines(CUP), "?create_missing=true"), "permission_denied")
    more = with_permissions(*IMPORT, "add_brand", "add_category")
    assert send(more, lines(CUP), "?create_missing=true").status_code == 202


def test_lines_of_other_kinds_need_their_own_rights(editor, manager) -> None:
    body = lines({"kind": "brand", "name": "Acme"}, {"kind": "attribute", "code": "a", "name": "A", "type": "text"})
    job = finished(editor, send(editor, body))
    [failure] = failures(editor, job)
    assert (failure["line"], failure["errors"][0]["code"]) == (2, "permission_denied")
    assert finished(manager, send(manager, body))["failed"] == 0


@pytest.mark.parametrize("end", ["rights", "active", "gone"])
def test_a_job_runs_with_the_rights_that_its_owner_has_then(manager, end: str) -> None:
    client = with_permissions(*IMPORT)
    response = send(client, lines(CUP))
    owner = Job.objects.get().owner
    if end == "rights":
        owner.user_permissions.remove(Permission.objects.get(codename="change_variant"))
    elif end == "active":
        type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    else:
        owner.delete()
    job = finished(manager, response)
    assert (job["status"], job["error"]) == ("failed", "Its owner may not import any more.")
    assert not Product.objects.exists()
