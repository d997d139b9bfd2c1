"""Servers that a run may kill, freeze and start again at the same port."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGSTOP, Signals
from typing import Any

from tests.benchmarks.accounting import descendants

START_SECONDS = 60
STOP_SECONDS = 60


@dataclass
class Daemon:
    """A server as a process of ours; `answers` tells whether it serves."""

    name: str
    command: Sequence[str]
    log: Path
    answers: Callable[[], bool]
    folder: str = "/"
    environment: Mapping[str, str] | None = None
    whom: Mapping[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, *, wait: bool = True) -> None:
        """Start it and, unless told otherwise, wait until it serves."""
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdout=stream, stderr=stream, **self.whom
            )
        if wait:
            self.await_answer()

    def await_answer(self) -> float:
        """Wait until it serves; returns when that was (`time.monotonic`)."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise RuntimeError(f"{self.name} does not come up:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.02)
        return time.monotonic()

    def send(self, number: Signals) -> None:
        """Send a signal to its first process."""
        assert self.process
        self.process.send_signal(number)

    def stop(self, number: Signals = SIGINT) -> int:
        """End it, in good order unless another signal says otherwise; returns its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.thaw()
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def freeze(self) -> None:
        """Stop all its processes where they stand, as a machine that hangs would."""
        self._signal_all(SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal_all(SIGCONT)

    @property
    def children(self) -> list[int]:
        """The processes below its first one."""
        assert self.process
        return descendants(self.process.pid)

    def _signal_all(self, number: Signals) -> None:
        assert self.process
        for pid in (self.process.pid, *self.children):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
