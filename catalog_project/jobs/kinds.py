"""What a kind of job is: the whole of what the engine knows about the work it does.

A kind is a class that `settings.JOB_KINDS` names under the kind's name. It is made anew for each run of a job, with the
job; it may remember things between batches, but must not rely on it: any batch may be the first one of a run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from catalog_project.jobs.models import Job
from catalog_project.jobs.positions import Position


class Batch(NamedTuple):
    """Items that land together, and where the next batch begins."""

    items: Sequence[Any]
    end: Position


@dataclass(frozen=True)
class Failure:
    """An item that failed: its number in the input and one JSON object, without line ends, that says why."""

    number: int
    body: bytes


@dataclass(frozen=True)
class Landed:
    """What became of a batch. `summary` counts whatever the kind counts beside successes and failures."""

    failures: Sequence[Failure] = ()
    summary: Mapping[str, int] = field(default_factory=dict)


class JobRefused(Exception):
    """The job cannot go on at all, now or later; the sentence is shown to its owner.

    `land` may raise it with failures: the batch is then taken back and they are kept.
    """

    def __init__(self, reason: str, *, failures: Sequence[Failure] = ()) -> None:
        super().__init__(reason)
        self.reason, self.failures = reason, failures


class Kind(Protocol):
    """One job's work. Whatever is raised but JobRefused is taken for a passing trouble and tried again."""

    def __init__(self, job: Job) -> None: ...

    def count(self, file: IO[bytes]) -> int:
        """How many items the input holds."""
        ...

    def batches(self, file: IO[bytes], start: Position) -> Iterator[Batch]:
        """The items from `start` on, in portions that fit into memory and one transaction; `file` is at its start."""
        ...

    def land(self, items: Sequence[Any]) -> Landed:
        """Do the work on a batch, in the transaction around the call, which may yet be taken back."""
        ...


def kind_of(job: Job) -> Kind:
    """What does a job's work. Raises JobRefused for a kind that this release does not know."""
    path = settings.JOB_KINDS.get(job.kind)
    if path is None:
        raise JobRefused("This kind of job is not known any more.")
    return cast(Kind, import_string(path)(job))
