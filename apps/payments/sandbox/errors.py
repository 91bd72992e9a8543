"""Stripe's error answers (https://docs.stripe.com/api/errors)."""

from __future__ import annotations

import json
from typing import Any

_DOCUMENTATION = "https://docs.stripe.com/error-codes/"


class ApiError(Exception):
    """An answer of 4xx or 5xx.

    `executed` says that the endpoint had begun to work: such an answer is committed with whatever
    the endpoint wrote and is stored under the idempotency key. Refusals of the parameters are neither.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self.error: dict[str, Any] = {"type": kind, "message": message, **(extra or {})}
        if code is not None:
            self.error |= {"code": code, "doc_url": _DOCUMENTATION + code.replace("_", "-")}
        if param is not None:
            self.error["param"] = param

    def body(self) -> bytes:
        return json.dumps({"error": self.error}).encode()


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """A refused parameter: nothing was executed."""
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(param: str) -> ApiError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def refused(message: str, *, code: str | None, param: str | None = None, **extra: Any) -> ApiError:
    """The endpoint ran and the object's state forbids what was asked."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param, executed=True, extra=extra)


def not_found(kind: str, object_id: str, *, param: str, status: int = 400) -> ApiError:
    """404 where the path names the object (`status`), 400 where a parameter does."""
    message = f"No such {kind}: '{object_id}'"
    return ApiError(status, "invalid_request_error", message, code="resource_missing", param=param)


def unauthorized(message: str) -> ApiError:
    return ApiError(401, "invalid_request_error", message)


def conflict() -> ApiError:
    return ApiError(
        409,
        "idempotency_error",
        "There is currently another in-progress request using this Idempotent Key "
        "(that probably means you submitted twice, and the other request is still going through). "
        "Please try again later.",
        code="idempotency_key_in_use",
    )


def rate_limited() -> ApiError:
    return ApiError(
        429,
        "invalid_request_error",
        "Request rate limit exceeded. Learn more at https://docs.stripe.com/rate-limits.",
        code="rate_limit",
    )


def server_error() -> ApiError:
    return ApiError(500, "api_error", "An unknown error occurred.")
