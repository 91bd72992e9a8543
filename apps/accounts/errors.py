"""Errors of accounts."""

from __future__ import annotations

from apps.kernel.errors import Invalid, NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """E-mail and password do not belong together, or the account is closed."""

    code = "invalid_credentials"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown, expired, revoked, or was used before."""

    code = "invalid_refresh_token"


class InvalidRegistration(Invalid):
    """The e-mail address is taken, or the password too weak."""

    code = "invalid_registration"


class CustomerNotFound(NotFound):
    """No such customer."""

    code = "customer_not_found"


class AddressNotFound(NotFound):
    """No such address in this customer's book."""

    code = "address_not_found"
