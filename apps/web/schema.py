"""OpenAPI: the document, and what every operation in it has in common (problems, idempotency keys, access tokens)."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiParameter

from apps.web.authentication import AccessTokenAuthentication
from apps.web.problems import PROBLEM_TYPE

# Untyped upstream.
_AuthenticationExtension: Final[Any] = OpenApiAuthenticationExtension
_Component: Final[Any] = ResolvedComponent
_IDEMPOTENCY_KEY: Final = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    type={"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    description="Made by the client for each attempt. A repeat with the same key and body gets the first answer.",
)
_STRING: Final[dict[str, Any]] = {"type": "string"}
_FAULT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["field", "code", "detail"],
    "properties": {"field": _STRING, "code": _STRING, "detail": _STRING},
}
# RFC 9457; errors carry members of their own beside these, so others are allowed.
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong. Decide by `code`; `errors` names each wrong field.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "request_id": _STRING,
        "errors": {"type": "array", "items": _FAULT},
    },
}
# What an operation may refuse with: the name of the component and what it means.
_REFUSALS: Final = {
    "400": ("Invalid", "The request is malformed or breaks a rule."),
    "401": ("Unauthenticated", "The access token is missing, invalid or expired."),
    "402": ("Declined", "The payment was declined."),
    "403": ("Denied", "The caller may not do this."),
    "404": ("NotFound", "There is no such object, or it is none of the caller's."),
    "409": ("Conflict", "The state does not allow it, or the first request with this key is still under way."),
    "413": ("BodyTooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "The body is not `application/json`."),
    "422": ("Unprocessable", "This idempotency key was used with another body."),
    "429": ("TooManyRequests", "A limit was reached; come back after `Retry-After` seconds."),
    "503": ("Unavailable", "A server that this depends on is away; come back after `Retry-After` seconds."),
    "default": ("Refusal", "Any other refusal or failure."),
}
_ALWAYS: Final = {"400", "401", "429", "503", "default"}
_WITH_BODY: Final = {"413", "415"}
_WITH_IDEMPOTENCY: Final = {"402", "409", "422"}


class AccessTokenScheme(_AuthenticationExtension):  # type: ignore[misc]  # untyped upstream
    """How the document describes access tokens."""

    target_class = AccessTokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the security scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ProblemSchema(AutoSchema):
    """Describes an operation: adds its problems, and the idempotency header where the method demands it."""

    def get_operation_id(self) -> str:
        """Return the method and the path in words: `get_products_by_id_or_slug`; unique by construction."""
        steps = self.path.removeprefix(spectacular_settings.SCHEMA_PATH_PREFIX).strip("/").split("/")
        words = [f"by_{step.strip('{}')}" if step.startswith("{") else step.replace("-", "_") for step in steps]
        return "_".join((self.method.lower(), *words))

    def get_request_serializer(self) -> Any:
        """Return nothing for DELETE, which has no body; views say the rest with `extend_schema`."""
        return None if self.method == "DELETE" else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """Return an empty 204 for DELETE; views say the rest with `extend_schema`."""
        return {204: None} if self.method == "DELETE" else super().get_response_serializers()

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters beyond those of the view itself."""
        return [_IDEMPOTENCY_KEY] if self._is_idempotent() else []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with every problem it may answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for status in sorted(self._refusals(operation)):
            responses.setdefault(status, self._component_of(status).ref)
        return operation

    def _refusals(self, operation: dict[str, Any]) -> set[str]:
        found = set(_ALWAYS)
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
            found.add("404")
        if {} not in operation.get("security", [{}]):
            found.add("403")
        if "requestBody" in operation:
            found |= _WITH_BODY
        return found | (_WITH_IDEMPOTENCY if self._is_idempotent() else set())

    def _is_idempotent(self) -> bool:
        return getattr(getattr(self.view, self.method.lower(), None), "is_idempotent", False)

    def _component_of(self, status: str) -> Any:
        """Return the response component of a refusal, registered beside the one schema that all of them have."""
        problem = _Component(name="Problem", type=_Component.SCHEMA, object="Problem", schema=_PROBLEM)
        self.registry.register_on_missing(problem)
        name, description = _REFUSALS[status]
        body = {"description": description, "content": {PROBLEM_TYPE: {"schema": problem.ref}}}
        response = _Component(name=name, type=_Component.RESPONSE, object=name, schema=body)
        self.registry.register_on_missing(response)
        return response
