"""A way to a server that can fall silent, as a server does that is frozen: nothing is closed, and nothing comes."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager


class Proxy:
    """Passes on what it hears, between whoever connects to `port` and a server, until it is told to be silent."""

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open, self._over = threading.Event(), threading.Event()
        self._open.set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def freeze(self) -> None:
        """Keep to itself what it hears from now on."""
        self._open.clear()

    def thaw(self) -> None:
        """Pass it on."""
        self._open.set()

    def close(self) -> None:
        """Hang up on all."""
        self._over.set()
        self._open.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if select.select([self._listener], [], [], 0.02)[0]:
                self._threads.append(threading.Thread(target=self._pass_on, args=[self._listener.accept()[0]]))
                self._threads[-1].start()

    def _pass_on(self, client: socket.socket) -> None:
        with closing(client), closing(socket.create_connection(self._server)) as server:
            while not self._over.is_set():
                for heard in select.select([client, server], [], [], 0.02)[0]:
                    said = heard.recv(65536)
                    self._open.wait()
                    if not said:
                        return
                    (server if heard is client else client).sendall(said)


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """A proxy, for as long as this lasts."""
    with closing(Proxy(host, port)) as made:
        yield made
