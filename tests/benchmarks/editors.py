"""Who writes in a run: somebody of the staff with a token."""

import json
import secrets
import subprocess
import sys
import time

from tests.benchmarks.contestants import Backing, environment
from tests.benchmarks.load import exchange, request
from tests.benchmarks.servers import ROOT, Server

RENEWED_AFTER_SECONDS = 240  # tokens live for ten minutes, in simplejwt's own settings for five


class Editor:
    """Somebody with the role to edit, made for the run in the catalog with so many products."""

    def __init__(self, backing: Backing, rows: int) -> None:
        self.name, self.password = f"benchmark-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        self._tokens: dict[int, tuple[float, str]] = {}
        command = ["manage.py", "create_staff", self.name, "--role", "catalog_editor", "--password-stdin"]
        variables = environment(backing, rows=rows)
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=variables,
            input=self.password,
            text=True,
            check=True,
            capture_output=True,
        )

    def sign_in(self, server: Server) -> str:
        """A new token."""
        body = json.dumps({"username": self.name, "password": self.password}).encode()
        return str(json.loads(exchange(server.port, request("POST", "/api/v1/auth/token/", body=body)))["access"])

    def token(self, server: Server) -> str:
        """A token of this server that is good for a while: the last one, or a new one where that is old."""
        since, token = self._tokens.get(server.port, (0.0, ""))
        if not token or time.monotonic() - since > RENEWED_AFTER_SECONDS:
            since, token = time.monotonic(), self.sign_in(server)
            self._tokens[server.port] = since, token
        return token
