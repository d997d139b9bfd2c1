"""Whether this server is about to stop: it still answers, and tells its load balancer to send no more.

Whoever takes a server out of its list does so seconds after the first /readyz that said no. A server that stops at
once on SIGTERM therefore refuses requests that were sent in good faith.
"""

import mmap
import os
import signal
import threading
from typing import Any

# Shared by all workers, since the page is made before they are forked.
_page = mmap.mmap(-1, 1)


def is_on() -> bool:
    """Whether the end has been announced."""
    return _page[0] == 1


def announce() -> None:
    """From now on no process of this server is ready."""
    _page[0] = 1


def revoke() -> None:
    """Be ready again."""
    _page[0] = 0


def before_the_end(arbiter: Any, seconds: int) -> None:
    """Let gunicorn's parent process go on for so long after the first SIGTERM; a second one stops it at once.

    gunicorn has no hook for this: its parent looks up `handle_term` for each signal.
    """
    stop = arbiter.handle_term

    def handle_term() -> None:
        if is_on() or not seconds:
            stop()
        announce()
        timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
        timer.daemon = True
        timer.start()

    arbiter.handle_term = handle_term
