"""What can go wrong in the catalog's own terms. No HTTP here: `api.exceptions` gives each kind its status."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what the caller sent.

    `pointer` is a JSON Pointer (RFC 6901) into the body; `parameter` the name of a query parameter instead.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    suggestion: str | None = None

    def below(self, prefix: str) -> "Fault":
        """The same fault seen from a document in which `prefix` leads to the faulty part."""
        return Fault(self.code, self.detail, prefix + (self.pointer or ""), self.parameter, self.suggestion)


class DomainError(Exception):
    """Base of everything the catalog refuses. `code` is stable; `detail` is a sentence for people."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, code: str | None = None, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error_code = code or self.code
        self.faults = tuple(faults)


class Invalid(DomainError):
    """The input breaks a rule; `faults` names every place."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault], detail: str = "The request is not valid.") -> None:
        super().__init__(detail, faults=faults)


class Conflict(DomainError):
    """The input is right but does not fit what the catalog holds now."""

    code = "conflict"


class Stale(DomainError):
    """The row is no longer at the version that the caller has read; `version` is the one it is at."""

    code = "stale"

    def __init__(self, version: int) -> None:
        super().__init__("It has changed since it was read.")
        self.version = version


class TooLarge(DomainError):
    """What was sent exceeds a limit, which `detail` names."""

    code = "payload_too_large"


class Missing(DomainError):
    """What was asked for does not exist, or does not exist for this caller."""

    code = "not_found"


class Gone(DomainError):
    """What was asked for existed once and is kept no longer."""

    code = "gone"


class Limited(DomainError):
    """There were too many of a kind; after `retry_after` seconds the next one may come.

    `rate` is how many may come in how many seconds.
    """

    code = "rate_limited"

    def __init__(
        self,
        retry_after: int,
        *,
        kind: str,
        rate: tuple[int, int],
        detail: str = "There were too many requests of this kind.",
    ) -> None:
        super().__init__(detail)
        self.retry_after, self.kind, self.rate = retry_after, kind, rate
