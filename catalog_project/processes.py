"""Processes beside this one, for work that more than one processor can do.

They are spawned, not forked: a fork would share the connections of this one.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import django
from django.utils.module_loading import import_string

LOST = "A worker process ended before its time"
WORTH_A_PROCESS = 5_000  # products: a process needs a second to begin
MOST_UNASKED = 4  # each holds 100 MB


def worth_starting(products: int, processors: int | None = None) -> int:
    """How many processes to write so many products with."""
    return max(1, min(processors or os.cpu_count() or 1, MOST_UNASKED, products // WORTH_A_PROCESS))


@contextmanager
def started(workers: int, path: str, *arguments: Any) -> Iterator[list[Connection]]:
    """So many processes that run one function; each ends when its pipe does, and all have ended at the end."""
    with ExitStack() as stack:
        pipes = []
        for _ in range(workers):
            process, pipe = start(path, *arguments)
            stack.callback(process.join)
            pipes.append(stack.enter_context(pipe))  # closed before the process is waited for, which ends by that
        yield pipes


def start(path: str, *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start the function at a dotted path with one end of a pipe and these arguments; the other end is returned.

    The arguments are plain values: they are read before Django is ready for anything else.
    The process does not outlive this one for long if it takes the pipe's end (EOFError) for its own.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(path, there, *arguments))
    process.start()
    there.close()  # so that each side sees when the other has ended
    return process, here


def _run(path: str, pipe: Connection, *arguments: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all of a terminal: the first process decides
    django.setup()
    import_string(path)(pipe, *arguments)
