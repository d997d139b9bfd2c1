"""Processes beside this one, for work that more than one processor can do.

They are spawned, not forked: a fork would share the connections of this one.
"""

import multiprocessing
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import django
from django.utils.module_loading import import_string


def start(path: str, *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start the function at a dotted path with one end of a pipe and these arguments; the other end is returned.

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
