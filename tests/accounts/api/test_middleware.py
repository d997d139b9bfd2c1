from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.api import middleware
from accounts.models import APIKey
from tests.accounts.conftest import showing

pytestmark = pytest.mark.django_db

PUBLIC = "/api/v1/brands/"


def test_the_use_of_a_key_is_noted_when_the_answer_is_closed(robot: str, monkeypatch: Any) -> None:
    noted: list[APIKey] = []
    monkeypatch.setattr(middleware, "note_use", noted.append)
    showing(robot).get(PUBLIC)
    assert noted == [APIKey.objects.get()]


def test_a_refused_write_is_a_use_as_well(robot: str) -> None:
    assert showing(robot).post(PUBLIC, {"name": "A"}).status_code == 403
    assert APIKey.objects.get().last_used_at


def test_a_wrong_secret_is_no_use(robot: str) -> None:
    assert showing(robot[:-1] + ("A" if robot[-1] != "A" else "B")).get(PUBLIC).status_code == 401
    assert not APIKey.objects.get().last_used_at


def test_what_cannot_be_noted_fails_no_request(robot: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(middleware, "note_use", mock.Mock(side_effect=OperationalError))
    assert showing(robot).get(PUBLIC).status_code == 200


def test_who_comes_without_a_key_causes_nothing(as_anna: APIClient, robot: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        as_anna.get(PUBLIC)
    assert not APIKey.objects.get().last_used_at
