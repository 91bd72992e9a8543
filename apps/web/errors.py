"""Refusals of HTTP itself, which no domain error stands for."""

from __future__ import annotations

from apps.kernel.errors import Invalid


class ValidationFailed(Invalid):
    """Fields of the body or the query are missing, of the wrong type or out of range."""

    code = "validation_failed"


class MalformedBody(Invalid):
    """The body is not what its content type says."""

    code = "malformed_body"


class BodyTooLarge(Invalid):
    """The body exceeds what this server reads."""

    code = "body_too_large"


class MalformedRequest(Invalid):
    """A path, parameter or header is not what it must be."""

    code = "malformed_request"


class IdempotencyKeyRequired(Invalid):
    """The `Idempotency-Key` header is missing or not 1 to 255 visible ASCII characters."""

    code = "idempotency_key_required"
