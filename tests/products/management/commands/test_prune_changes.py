from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from products.models import Change
from products.services.brands import create_brand
from products.services.changes.feed import number_changes

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = StringIO()
    call_command("prune_changes", *options, stdout=out)
    return out.getvalue()


def test_what_is_older_goes() -> None:
    for name in ("A", "B"):
        create_brand(by=None, values={"name": name})
    number_changes()
    Change.objects.filter(sequence=1).update(created_at=timezone.now() - timedelta(days=31))
    assert run("--older-than", "30") == "Removed 1 changes.\n"
    assert Change.objects.get().sequence == 2


@pytest.mark.parametrize("options", [(), ("--older-than", "x"), ("--older-than", "-1"), ("--older-than", "1000000")])
def test_it_must_be_told_how_old(options) -> None:
    with pytest.raises(CommandError):
        run(*options)
