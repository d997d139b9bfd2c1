"""What the services refuse, on its way to the form in which it was entered."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from catalog_project.api.integrity import translate
from catalog_project.errors import DomainError, Fault

PROTECTED = "It is in use and cannot be deleted."


class Refused(Exception):
    """A write that was refused in one or more places; whoever catches it has rolled everything back."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


REFUSALS = (Refused, DomainError, IntegrityError)  # ProtectedError is an IntegrityError


class Refusals:
    """Gathers what several write functions refuse, so that one answer shows all of it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    @contextmanager
    def below(self, pointer: str) -> Iterator[None]:
        """Undo the write inside when it is refused, and keep its faults as standing below `pointer`."""
        try:
            with transaction.atomic():
                yield
        except (DomainError, IntegrityError) as error:
            self.faults += [fault.below(pointer) for fault in faults_of(error)]

    def raise_any(self) -> None:
        """Raise Refused if anything was refused."""
        if self.faults:
            raise Refused(self.faults)


def faults_of(error: Exception) -> Sequence[Fault]:
    """What to show of one of REFUSALS: at least one fault."""
    if isinstance(error, Refused):
        return error.faults
    if isinstance(error, ProtectedError):
        return [Fault("in_use", PROTECTED)]
    if isinstance(error, IntegrityError):
        error = translate(error)
    if isinstance(error, DomainError):
        return error.faults or [Fault(error.error_code, error.detail)]
    raise error


def sentence_of(error: Exception) -> str:
    """The same as one text."""
    return " ".join(fault.detail for fault in faults_of(error))
