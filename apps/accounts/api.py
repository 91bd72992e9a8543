"""Published interface of accounts: customers, sign-in, tokens, address books."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest

from apps.accounts import selectors
from apps.accounts.contracts import BrowserSession, Customer, PasswordReset, SavedAddress, TokenPair
from apps.accounts.errors import (
    AddressBookFull,
    AddressNotFound,
    CustomerNotFound,
    InvalidAddress,
    InvalidCredentials,
    InvalidPassword,
    InvalidProfile,
    InvalidRefreshToken,
    InvalidRegistration,
    InvalidResetToken,
    SessionNotFound,
)
from apps.accounts.models import SavedAddress as SavedAddressRow
from apps.accounts.models import User
from apps.accounts.services import addresses, people, resets, sessions, tokens
from apps.kernel.address import Address
from apps.web.authentication import issue_access_token

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def register_customer(*, email: str, password: str, first_name: str = "", last_name: str = "") -> Customer:
    """Open an account.

    E-mail: at most 254 characters, kept in NFKC and lower case. Password: 8 to 1024 characters, not a common one and not
    like the person's names. Names: at most 100 characters. Raises InvalidRegistration naming each field and its fault:
    `email_taken`, `invalid_email`, `password_too_short`, `password_too_common`, `password_too_long`, `max_length`, ...
    """
    return _customer(people.register(email=email, password=password, first_name=first_name, last_name=last_name))


def authenticate_customer(*, email: str, password: str) -> Customer:
    """Return whose e-mail and password these are; raises InvalidCredentials, as slowly for an unknown address."""
    return _customer(tokens.authenticate(email=email, password=password))


def issue_tokens(*, customer_id: UUID) -> TokenPair:
    """Start a sign-in: an access token (15 minutes) and the first refresh token (7 days) of a new family.

    Raises CustomerNotFound, also for a closed account.
    """
    user = selectors.get_user(customer_id)
    refresh = tokens.start_family(user=user)
    return TokenPair(access=issue_access_token(user_id=user.pk, is_staff=user.is_staff), refresh=refresh)


def refresh_tokens(*, refresh: str) -> TokenPair:
    """Exchange a refresh token for its successor and a fresh access token.

    Within settings.REFRESH_GRACE a repeat gets the same successor. A later reuse revokes the whole family (RFC 9700, 4.14.2).
    Raises InvalidRefreshToken: unknown, expired, revoked, reused, of a closed account, or from before the password changed.
    """
    rotated = tokens.rotate(token=refresh)
    if rotated is None:
        raise InvalidRefreshToken("The refresh token is no longer good; sign in again.")
    user, successor = rotated
    return TokenPair(access=issue_access_token(user_id=user.pk, is_staff=user.is_staff), refresh=successor)


def revoke_refresh_token(*, refresh: str) -> None:
    """Log out: end the sign-in that a refresh token belongs to. An unknown token is no error."""
    tokens.revoke(token=refresh)


def sign_in(request: HttpRequest, *, email: str, password: str) -> Customer:
    """Sign a browser in: its session gets a new key, its CSRF token too. Raises InvalidCredentials."""
    user = tokens.authenticate(email=email, password=password)
    login(request, user, backend=_BACKEND)
    _remember_browser(request, user)
    return _customer(user)


def _remember_browser(request: HttpRequest, user: User) -> None:
    device = request.headers.get("User-Agent", "")
    sessions.remember(user=user, session_key=request.session.session_key or "", device=device)


def sign_out(request: HttpRequest) -> None:
    """Sign a browser out and forget its session."""
    if key := request.session.session_key:
        sessions.forget(session_keys=[key])
    logout(request)


def change_password(request: HttpRequest, *, customer_id: UUID, current: str, new: str) -> None:
    """Change the password of who is signed in with this browser: it stays signed in, every other browser and app is signed out.

    Raises InvalidPassword naming `current_password` (`wrong_password`) or `new_password` (as `register_customer` does), CustomerNotFound.
    """
    user = people.change_password(customer_id=customer_id, current=current, new=new)
    update_session_auth_hash(request, user)
    sessions.end_all(user_id=customer_id)
    _remember_browser(request, user)


def request_password_reset(*, email: str) -> None:
    """Ask for a mail with a link for a new password, in the active language; it comes where the address has an open account.

    Nothing tells whether it has. Raises Invalid (`email`: `invalid_email`) for what is no address.
    """
    resets.request(email=email)


def make_password_reset(*, customer_id: UUID) -> PasswordReset:
    """Return a customer with a fresh token for the link in their mail. Raises CustomerNotFound, also for a closed account."""
    user = selectors.get_user(customer_id)
    return PasswordReset(customer=_customer(user), token=resets.make_token(user))


def read_password_reset(*, token: str) -> Customer:
    """Return whose password a token may change; looking uses nothing up.

    Raises InvalidResetToken (`token`): forged, an hour old (settings.PASSWORD_RESET_TIMEOUT), used, or from before the password or the
    address changed or the account was closed.
    """
    return _customer(resets.find_user(token))


def reset_password(*, token: str, password: str) -> Customer:
    """Change the password of whose token this is, and sign every browser and app out; access tokens end by themselves.

    Raises InvalidResetToken as `read_password_reset` does, also to all but the first of several at once, and InvalidPassword
    (`password`, as `register_customer` does).
    """
    user = resets.reset(token=token, password=password)
    sessions.end_all(user_id=user.pk)
    return _customer(user)


def list_browser_sessions(request: HttpRequest, *, customer_id: UUID) -> tuple[BrowserSession, ...]:
    """Return the browsers a customer is signed in with, the latest first."""
    return tuple(
        BrowserSession(
            id=row.pk,
            device=row.device,
            started_at=row.started_at,
            is_current=row.session_key == request.session.session_key,
        )
        for row in sessions.list_live(user_id=customer_id)
    )


def end_browser_session(*, customer_id: UUID, session_id: UUID) -> None:
    """Sign a browser out from afar; raises SessionNotFound for one that is not theirs."""
    sessions.end(user_id=customer_id, session_id=session_id)


def get_customer(*, customer_id: UUID) -> Customer:
    """Return a customer; raises CustomerNotFound, also for a closed account."""
    return _customer(selectors.get_user(customer_id))


def get_customers(*, ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return customers by id in one query; unknown ids are absent."""
    return {user.pk: _customer(user) for user in selectors.list_users(ids)}


def update_customer(*, customer_id: UUID, first_name: str | None = None, last_name: str | None = None) -> Customer:
    """Change a customer's names (at most 100 characters each); None leaves one as it is.

    Raises CustomerNotFound, InvalidProfile.
    """
    return _customer(people.update(customer_id=customer_id, first_name=first_name, last_name=last_name))


def list_addresses(*, customer_id: UUID) -> tuple[SavedAddress, ...]:
    """Return a customer's address book, the default first, then by age; at most 200 addresses, in one query."""
    return tuple(_address(row) for row in selectors.list_addresses(customer_id))


def save_address(
    *, customer_id: UUID, address: Address, address_id: UUID | None = None, is_default: bool = False
) -> SavedAddress:
    """Add an address, or replace the one with `address_id`; a new default takes the place of the one before.

    It is kept as `addressing.normalise_address` spells it. Raises InvalidAddress with the faults of `addressing.find_address_faults`,
    AddressNotFound for one that is not theirs, AddressBookFull, CustomerNotFound.
    """
    row = addresses.save(customer_id=customer_id, address=address, address_id=address_id, is_default=is_default)
    return _address(row)


def delete_address(*, customer_id: UUID, address_id: UUID) -> None:
    """Remove an address from a customer's book; raises AddressNotFound for one that is not theirs."""
    addresses.delete(customer_id=customer_id, address_id=address_id)


def forget_ended_sign_ins() -> int:
    """Delete refresh tokens and browser sessions that have expired; return how many tokens and sign-ins went."""
    forgotten = sessions.forget_ended()
    while batch := tokens.forget_ended():
        forgotten += batch
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return forgotten


def _customer(user: User) -> Customer:
    return Customer(
        id=user.pk,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        is_staff=user.is_staff,
        date_joined=user.date_joined,
    )


def _address(row: SavedAddressRow) -> SavedAddress:
    address = Address(
        first_name=row.first_name,
        last_name=row.last_name,
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        region=row.region,
        postal_code=row.postal_code,
        country=row.country,
        phone=row.phone,
    )
    return SavedAddress(id=row.id, address=address, is_default=row.is_default)


__all__ = [
    "AddressBookFull",
    "AddressNotFound",
    "BrowserSession",
    "Customer",
    "CustomerNotFound",
    "InvalidAddress",
    "InvalidCredentials",
    "InvalidPassword",
    "InvalidProfile",
    "InvalidRefreshToken",
    "InvalidRegistration",
    "InvalidResetToken",
    "PasswordReset",
    "SavedAddress",
    "SessionNotFound",
    "TokenPair",
    "authenticate_customer",
    "change_password",
    "delete_address",
    "end_browser_session",
    "forget_ended_sign_ins",
    "get_customer",
    "get_customers",
    "issue_tokens",
    "list_addresses",
    "list_browser_sessions",
    "make_password_reset",
    "read_password_reset",
    "refresh_tokens",
    "register_customer",
    "request_password_reset",
    "reset_password",
    "revoke_refresh_token",
    "save_address",
    "sign_in",
    "sign_out",
    "update_customer",
]
