"""The providers that the settings offer. A gateway, with its line, lives as long as the process and the settings it was made from."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from apps.payments.errors import UnknownProvider
from apps.payments.gateways.base import Gateway
from apps.payments.gateways.line import ProviderLine
from apps.payments.gateways.manual import BankAccount, ManualGateway


def list_names() -> tuple[str, ...]:
    """Return the providers a buyer can choose from, the default first."""
    offered = {"stripe": settings.STRIPE_API_KEY, "manual": settings.BANK_TRANSFER_IBAN}
    return tuple(name for name, needed in offered.items() if needed)


def get_gateway(name: str) -> Gateway:
    """Return the gateway of a provider; UnknownProvider where the shop does not offer it."""
    if name not in list_names():
        raise UnknownProvider.field(
            "provider", "unknown_provider", f"{name!r} is not offered; use one of {', '.join(list_names()) or 'none'}."
        )
    if name == "manual":
        return ManualGateway(account=bank_account())
    return _stripe(
        settings.STRIPE_API_KEY,
        settings.STRIPE_API_BASE,
        settings.STRIPE_WEBHOOK_SECRET,
        settings.STRIPE_TIMEOUT_SECONDS,
        settings.STRIPE_CONCURRENCY,
    )


def bank_account() -> BankAccount:
    """Return the account of the shop that bank transfers go to; its `iban` is blank where they are not offered."""
    return BankAccount(
        holder=settings.BANK_TRANSFER_ACCOUNT_HOLDER, iban=settings.BANK_TRANSFER_IBAN, bic=settings.BANK_TRANSFER_BIC
    )


@cache
def _stripe(api_key: str, api_base: str, webhook_secret: str, timeout_seconds: float, concurrency: int) -> Gateway:
    # Imported where it is first used: a process that never talks to Stripe saves 30 MB.
    from apps.payments.gateways.stripe import StripeGateway

    return StripeGateway(
        api_key=api_key,
        api_base=api_base,
        webhook_secret=webhook_secret,
        timeout_seconds=timeout_seconds,
        # One retry after a time-out, so that a request ends within two and a half of them.
        line=ProviderLine(provider="stripe", concurrency=concurrency, patience_seconds=1.5 * timeout_seconds),
    )
