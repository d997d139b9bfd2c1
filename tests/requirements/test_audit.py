"""The audit of what is locked, without the network."""

from urllib.error import URLError

import pytest

from requirements import audit


@pytest.fixture
def answers(monkeypatch):
    def set_answer(make) -> None:
        monkeypatch.setattr(audit, "ask", make)

    return set_answer


def test_each_locked_package_is_asked_about(answers, capsys) -> None:
    asked = []
    answers(lambda queries: asked.extend(queries) or {"results": [{} for _ in queries]})
    assert audit.main() == 0
    assert {"Django".lower(), "gunicorn", "psycopg"} <= {query["package"]["name"].lower() for query in asked}
    assert "0 known faults" in capsys.readouterr().out


def test_a_known_fault_fails_and_is_named(answers, capsys) -> None:
    answers(lambda queries: {"results": [{"vulns": [{"id": "PYSEC-1"}]}, *({} for _ in queries[1:])]})
    assert audit.main() == 1
    assert "https://osv.dev/vulnerability/PYSEC-1" in capsys.readouterr().out


def test_where_nobody_can_be_asked_it_says_that_nothing_is_known(answers, capsys) -> None:
    def refuse(_queries):
        raise URLError("no route")

    answers(refuse)
    assert audit.main() == 2
    assert "not audited" in capsys.readouterr().err


def test_an_answer_to_something_else_is_none(answers) -> None:
    answers(lambda _queries: {"results": []})
    assert audit.main() == 2


def test_pins_are_read_with_extras_and_markers() -> None:
    text = "django==5.2.19 \\\n    --hash=sha256:x\npsycopg[binary,pool]==3.3.0 ; python_version < '4'\n# a==1\n"
    assert audit.pins_of(text) == [("django", "5.2.19"), ("psycopg", "3.3.0")]
