"""Categories of refusal.

Every domain error derives from one of these; `apps.web` maps each category to one HTTP status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input: its dotted path, a stable code, and what would be right."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    """Base of all refusals.

    `code` is stable and snake_case; `detail` is a sentence for people; `extra` holds JSON-ready members that the HTTP
    problem carries beside them (such as the lines that are out of stock).
    """

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "", *, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.extra: dict[str, object] = dict(extra or {})


class Invalid(DomainError):
    """The input breaks a rule; `fields` names each field, its fault and what would be right."""

    code = "invalid"

    def __init__(
        self, detail: str = "", *, fields: Iterable[FieldError] = (), extra: Mapping[str, object] | None = None
    ) -> None:
        self.fields = tuple(fields)
        super().__init__(detail or "; ".join(f"{f.field}: {f.detail}" for f in self.fields), extra=extra)

    @classmethod
    def field(cls, field: str, code: str, detail: str) -> Invalid:
        """Make the error for a single field."""
        return cls(fields=[FieldError(field, code, detail)])


class Unauthenticated(DomainError):
    """Nobody is signed in, or the credentials are wrong or expired."""

    code = "unauthenticated"


class Declined(DomainError):
    """The payment provider refused to take the money."""

    code = "declined"


class Denied(DomainError):
    """The caller is known and may not do this."""

    code = "permission_denied"


class NotFound(DomainError):
    """The object does not exist, or is none of the caller's business."""

    code = "not_found"


class Conflict(DomainError):
    """The state of the object does not allow this now."""

    code = "conflict"


class PreconditionFailed(DomainError):
    """The object changed since the caller read it (`If-Match`)."""

    code = "precondition_failed"


class Unprocessable(DomainError):
    """The request is well formed and contradicts an earlier one, such as an idempotency key with another body."""

    code = "unprocessable"


class TooManyRequests(DomainError):
    """A limit was reached; `retry_after` is in whole seconds."""

    code = "too_many_requests"

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something this needs is down or busy; the same call may work after `retry_after` seconds."""

    code = "unavailable"

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
