"""Who calls: an access token verified without a query (REST, WebSocket) or a session's user (pages)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from apps.kernel.errors import Unauthenticated
from apps.web.problems import CHALLENGE

_STAFF_CLAIM: Final = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a request; an anonymous caller has no customer_id.

    `is_staff` is what the token or session says: enough to choose what to show, never to let someone act as staff
    (`permissions.require_staff` asks the database).
    """

    customer_id: UUID | None = None
    is_staff: bool = False

    @property
    def is_authenticated(self) -> bool:
        """Return whether somebody is signed in; DRF and Django ask by this name."""
        return self.customer_id is not None


ANONYMOUS: Final = Caller()


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access JWT>`. A given token that is wrong is 401 everywhere, also where none is needed."""

    def authenticate(self, request: Request) -> tuple[Caller, Caller] | None:
        """Return the caller twice (DRF's user and auth), or None without the header; raises Unauthenticated."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Authorization must be 'Bearer <access token>'.")
        caller = read_access_token(token.strip())
        if caller is None:
            raise Unauthenticated("The access token is invalid or has expired; refresh it, or leave it out.")
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return CHALLENGE


def issue_access_token(*, user_id: UUID, is_staff: bool) -> str:
    """Return a signed access token (HS256, SECRET_KEY) that lives for ACCESS_TOKEN_LIFETIME."""
    token = AccessToken()
    token["sub"] = str(user_id)
    token[_STAFF_CLAIM] = is_staff
    return str(token)


def read_access_token(token: str) -> Caller | None:
    """Return who an access token stands for, or None where it is forged, expired or of another kind. No query."""
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]  # the stubs know only tokens, not their text
        return Caller(customer_id=UUID(str(claims["sub"])), is_staff=claims.get(_STAFF_CLAIM) is True)
    except (TokenError, KeyError, ValueError):
        return None


def staff_actor(request: HttpRequest | Request) -> str:
    """Return how ledgers and histories name the member of staff who sends a request: "staff:<id>"."""
    return f"staff:{caller_of(request).customer_id}"


def caller_of(request: HttpRequest | Request) -> Caller:
    """Return who sends a request: the token's caller under REST, the session's user on pages."""
    user: Any = getattr(request, "user", None)
    if isinstance(user, Caller):
        return user
    if user is None or not user.is_authenticated:
        return ANONYMOUS
    return Caller(customer_id=user.pk, is_staff=user.is_staff)
