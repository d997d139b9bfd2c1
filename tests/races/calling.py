"""Speaking to a served catalog, each time over a connection of its own: whichever worker and thread is free answers."""

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """All that came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """What a problem document is called; empty where it is none."""
        return str(self.json()["code"]) if self.status >= 400 else ""

    @property
    def is_replay(self) -> bool:
        return "Idempotent-Replayed" in self.headers

    @property
    def steady(self) -> tuple[int, dict[str, str], bytes]:
        """All of it that a replay must repeat."""
        own = {"X-Request-ID", "Date", "Idempotent-Replayed"}
        return self.status, {name: value for name, value in self.headers.items() if name not in own}, self.body


@dataclass(frozen=True)
class Caller:
    """Somebody signed in. Raises OSError or HTTPException where no answer comes."""

    url: str
    token: str

    def get(self, path: str) -> Any:
        """What a read shows."""
        answer = self.send("GET", path)
        assert answer.status == 200, answer
        return answer.json()

    def post(self, path: str, body: object, *, key: str | None = None) -> Answer:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.send("POST", path, body, **headers)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request; `headers` are added."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        host = self.url.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
