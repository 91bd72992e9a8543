"""Bank transfer: the buyer is told what to send where, staff record what came and what they sent back. Nothing is called outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel import clock
from apps.kernel.money import Money
from apps.payments.contracts import PaymentKind, PaymentStatus, RefundStatus
from apps.payments.errors import PaymentNotPayable, UnknownProvider
from apps.payments.gateways.base import Handle, Opening, ProviderEvent, ProviderRefund, Snapshot
from apps.web import formats


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """The account that buyers send money to; `bic` may be blank, transfers within SEPA need none."""

    holder: str
    iban: str
    bic: str


def write_instructions(account: BankAccount, *, amount: Money, reference: str) -> str:
    """Return what a buyer is told who pays by bank transfer, one fact on a line, in the active language."""
    lines = [
        _("Please transfer %(amount)s to our account.") % {"amount": formats.money(amount)},
        _("Account holder: %(holder)s") % {"holder": account.holder},
        _("IBAN: %(iban)s") % {"iban": account.iban},
        *([_("BIC: %(bic)s") % {"bic": account.bic}] if account.bic else []),
        _("Reference: %(reference)s") % {"reference": reference},
    ]
    return "\n".join(lines)


class ManualGateway:
    """Money that moves by bank transfer to the shop's account."""

    name = "manual"

    def __init__(self, *, account: BankAccount) -> None:
        self._account = account

    def kind_for(self, *, return_url: str) -> PaymentKind:
        """Return MANUAL."""
        return PaymentKind.MANUAL

    def check_amount(self, amount: Money) -> None:
        """Accept everything: a bank transfer can carry any amount of any currency."""

    def open(self, opening: Opening, *, key: str) -> Snapshot:
        """Return the instructions; the payment is under way until staff see the money."""
        text = write_instructions(self._account, amount=opening.amount, reference=opening.reference)
        return Snapshot(taken_at=clock.now(), status=PaymentStatus.PROCESSING, amount=opening.amount, instructions=text)

    def confirm(self, handle: Handle, *, payment_method: str, return_url: str, key: str) -> Snapshot:
        """Refuse: there is no card."""
        raise PaymentNotPayable("A bank transfer is not confirmed by card; it is recorded when the money arrives.")

    def fingerprint_of(self, payment_method: str) -> str:
        """Return "": there is no card."""
        return ""

    def fetch(self, handle: Handle, *, with_refunds: bool) -> Snapshot | None:
        """Return None: nobody knows more than we do."""
        return None

    def close(self, handle: Handle, *, amount: Money, key: str) -> Snapshot:
        """Stop waiting for the transfer."""
        return Snapshot(taken_at=clock.now(), status=PaymentStatus.CANCELLED, amount=amount)

    def refund(self, handle: Handle, *, refund_id: UUID, amount: Money, reason: str, key: str) -> ProviderRefund:
        """Leave it pending: nobody but staff can send the transfer, and they record that they did."""
        return ProviderRefund(
            reference=f"manual:{refund_id}", refund_id=refund_id, amount=amount, status=RefundStatus.PENDING
        )

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Refuse: nobody sends any."""
        raise UnknownProvider.field("provider", "unknown_provider", "'manual' sends no webhooks.")

    def list_missed_events(self, *, since: datetime, until: datetime) -> Iterable[ProviderEvent]:
        """Return nothing."""
        return ()
