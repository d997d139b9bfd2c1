"""gunicorn's worker with threads, which refuses what is too much without giving it to one of them.

A thread takes ten times as long to refuse, and threads by the hundred stand in line for each lock on their way.
"""

from concurrent.futures import Future
from socket import MSG_DONTWAIT, MSG_PEEK, socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

LONGEST = 8_192
# With fewer in its threads nothing can be full: a look at each request would be in vain.
CROWD = 16


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers from its loop what `Admission.turned_away` refuses on kept connections; all else goes on to a thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._given = 0

    def enqueue_req(self, conn: TConn) -> None:
        """Give a request to a thread."""
        self._given += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """A thread has done with it."""
        self._given -= 1
        super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: TConn, client: socket) -> None:
        """A request has come on a kept connection."""
        if self._given >= CROWD and self.alive and self._turns_away(conn, client):
            conn.set_timeout()
        else:
            super().on_client_socket_readable(conn, client)

    def _turns_away(self, conn: TConn, client: socket) -> bool:
        if conn.is_http2 or self.cfg.is_ssl:
            return False
        try:
            head = client.recv(LONGEST, MSG_PEEK | MSG_DONTWAIT)
            answer = self.wsgi.turned_away(head, given=self._given)
            if answer:
                client.recv(len(head), MSG_DONTWAIT)
                client.send(answer, MSG_DONTWAIT)
        except OSError:
            return False  # a thread finds out what is wrong with it
        return bool(answer)
