"""Calls the served API in every way its own document allows, and in many that it forbids.

`CATALOG_FUZZ_EXAMPLES` (default: few, for every run) and `CATALOG_FUZZ_SEEDS` make it thorough: `make fuzz`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import Manager

EXAMPLES = os.environ.get("CATALOG_FUZZ_EXAMPLES", "5")
SEEDS = os.environ.get("CATALOG_FUZZ_SEEDS", "1").split()

pytestmark = pytest.mark.xdist_group("contract")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_server_error_no_undocumented_answer_no_accepted_nonsense(manager: Manager, seed: str) -> None:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", Path(__file__).with_name("schemathesis.toml")),
            *("run", f"{manager.live.url}/api/schema/", "--header", f"Authorization: Bearer {manager.token()}"),
            # These would end the session that the run itself uses.
            *("--exclude-path-regex", "/auth/(logout|password)"),
            # A document cannot say which slugs exist, so right forms may still be refused.
            *("--exclude-checks", "positive_data_acceptance"),
            *("--mode", "all", "--max-examples", EXAMPLES, "--seed", seed, "--no-color"),
        ],
        cwd=manager.live.log.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
