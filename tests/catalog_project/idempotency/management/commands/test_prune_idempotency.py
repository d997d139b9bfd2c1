import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalog_project.idempotency.models import LIFETIME, Record
from catalog_project.idempotency.records import Slot, keep


@pytest.mark.django_db
def test_it_deletes_what_has_expired_and_says_how_much() -> None:
    for key in ("old", "new"):
        keep(Slot(1, "POST", "/", key), "", status=204, headers={}, body=b"")
    Record.objects.filter(key="old").update(created_at=timezone.now() - LIFETIME)
    said = io.StringIO()
    call_command("prune_idempotency", stdout=said)
    assert said.getvalue() == "1 expired records deleted\n"
    assert Record.objects.get().key == "new"
