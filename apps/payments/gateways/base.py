"""What every provider looks like to the rest of payments.

A gateway keeps nothing: it turns our values into one provider's calls and its objects into a `Snapshot`. Amounts are
`Money` in major units on both sides. No method may be called inside a transaction. Each that changes something takes
`key`, the idempotency key, which the caller can derive again from what it committed before.

All methods raise ProviderUnavailable where the outcome is unknown (time-out, connection, 5xx after the retries; the
breaker open; no slot free): the caller repeats with the same key, or fetches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from apps.kernel.money import Money
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What a payment is called: by us, and (empty until known) by the provider."""

    payment_id: UUID
    order_id: UUID
    session_id: str = ""
    intent_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A payment to be opened. A repeat under the same key must carry the same values.

    `return_url` and `expires_at` (of the provider's page) are given for CHECKOUT only. `reference` is the name the
    buyer knows the order by.
    """

    handle: Handle
    kind: PaymentKind
    amount: Money
    description: str
    reference: str
    email: str
    return_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Money that was captured. `reference` is the provider's id of this one movement."""

    reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A charge that the card's bank refused. `fingerprint` is the provider's name for the card, the same wherever it is used."""

    reference: str
    code: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefund:
    """A refund as the provider has it. `refund_id` is ours, None where somebody else asked for it."""

    reference: str
    refund_id: UUID | None
    amount: Money
    status: RefundStatus
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A payment as the provider had it at `taken_at` (the moment before it was asked).

    `charge` is the captured money, if any. `decline_code` and `decline_detail` tell of the last refused attempt, `decline` of its
    charge where a bank was asked.
    """

    taken_at: datetime
    status: PaymentStatus
    amount: Money
    session_id: str = ""
    intent_id: str = ""
    client_secret: str = ""
    redirect_url: str = ""
    instructions: str = ""
    decline_code: str = ""
    decline_detail: str = ""
    decline: Decline | None = None
    charge: Charge | None = None
    refunds: tuple[ProviderRefund, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """News from a provider, as a hint about which payment to fetch.

    `is_relevant` is false for types that cannot change a payment, `tells_success` true for those that are no news about one
    that is known to be paid. The ids are empty or None where the event names none. `decline` is the refused charge that it tells of.
    """

    event_id: str
    event_type: str
    is_relevant: bool
    tells_success: bool = False
    payment_id: UUID | None = None
    session_id: str = ""
    intent_id: str = ""
    decline: Decline | None = None


class Gateway(Protocol):
    """One payment provider."""

    name: str

    def kind_for(self, *, return_url: str) -> PaymentKind:
        """Return how a buyer pays here who comes back to `return_url` (empty: a client without pages)."""

    def check_amount(self, amount: Money) -> None:
        """Raise Invalid (field `amount`) where the provider cannot charge or refund exactly this."""

    def open(self, opening: Opening, *, key: str) -> Snapshot:
        """Create the payment at the provider.

        Raises ProviderRefused where it says no, and StoredFailure where it keeps answering this key with a failure.
        """

    def confirm(self, handle: Handle, *, payment_method: str, return_url: str, key: str) -> Snapshot:
        """Pay with a provider's token (such as "pm_card_visa").

        A decline is a Snapshot with `decline_code`. `return_url` is where the bank's page sends the buyer back to.
        Raises Invalid (field `payment_method`) for an unknown token, ProviderRefused where the payment's state forbids
        it, StoredFailure as `open`.
        """

    def fingerprint_of(self, payment_method: str) -> str:
        """Return the provider's name for the card behind a token; "" where there is no such token or it is no card."""

    def fetch(self, handle: Handle, *, with_refunds: bool) -> Snapshot | None:
        """Return the payment as it is there, with its refunds where asked for or where money went back; None if it is kept nowhere else."""

    def close(self, handle: Handle, *, amount: Money, key: str) -> Snapshot:
        """Make the payment impossible to pay, and return what became of it: succeeded where the money came first."""

    def refund(self, handle: Handle, *, refund_id: UUID, amount: Money, reason: str, key: str) -> ProviderRefund:
        """Send money back. Raises ProviderRefused where the provider says no, StoredFailure as `open`."""

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Verify a webhook over its raw body; raises InvalidSignature. Header names in any case."""

    def list_missed_events(self, *, since: datetime, until: datetime) -> Iterable[ProviderEvent]:
        """Return the events of that time that the provider has not delivered, at most a few hundred."""
