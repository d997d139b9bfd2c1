"""What docker-compose.yml grants, read without an engine: `test_compose` asks running containers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = sorted(name for name, service in SERVICES.items() if "CATALOG_IMAGE" in service["image"])


@pytest.mark.parametrize("name", [*OURS, "edge"])
def test_what_serves_has_no_privilege_and_writes_nowhere_but_in_its_own_places(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert "cap_add" not in service
    assert "privileged" not in service


def test_ours_are_all_that_run_the_image() -> None:
    assert {"secrets", "migrate", "web", "jobs"} == set(OURS)


def test_the_image_names_a_user_without_rights() -> None:
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "\nUSER catalog\n" in last


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_reached_from_other_machines(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))
