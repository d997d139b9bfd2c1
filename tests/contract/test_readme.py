"""The README's first five minutes work as they are written."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import PASSWORD, ROOT, Manager

pytestmark = pytest.mark.xdist_group("contract")

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl"))), reason="needs bash and curl")
def test_its_commands_work_against_a_served_catalog(manager: Manager, tmp_path: Path) -> None:
    manager.live.manage("create_staff", "demo", "--role", "catalog_manager", "--password-stdin", stdin=PASSWORD)
    script = "\n".join(BLOCK.findall((ROOT / "README.md").read_text()))
    script = script.replace("http://127.0.0.1:8000", manager.live.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"stock":14' in done.stdout
    assert '"stock":13' not in done.stdout
    assert '"stock":39' in done.stdout  # set to 40 in bulk, then sold by key
    assert '"suggestion":"category"' in done.stdout
