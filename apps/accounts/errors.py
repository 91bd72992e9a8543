"""Errors of accounts."""

from __future__ import annotations

from apps.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """E-mail and password do not belong together, or the account is closed."""

    code = "invalid_credentials"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown, expired, revoked, or was used before."""

    code = "invalid_refresh_token"


class InvalidRegistration(Invalid):
    """The e-mail address is taken, or the password too weak."""

    code = "invalid_registration"


class InvalidProfile(Invalid):
    """A name does not fit."""

    code = "invalid_profile"


class InvalidAddress(Invalid):
    """A part of the address is missing or does not fit."""

    code = "invalid_address"


class AddressBookFull(Conflict):
    """The customer has as many addresses as a book holds."""

    code = "address_book_full"


class InvalidPassword(Invalid):
    """The current password is wrong, or the new one too weak."""

    code = "invalid_password"


class InvalidResetToken(Invalid):
    """The link for a new password is forged, older than an hour, or was used; or password, address or account changed since."""

    code = "invalid_reset_token"


class SessionNotFound(NotFound):
    """No such sign-in of this customer."""

    code = "session_not_found"


class CustomerNotFound(NotFound):
    """No such customer."""

    code = "customer_not_found"


class AddressNotFound(NotFound):
    """No such address in this customer's book."""

    code = "address_not_found"
