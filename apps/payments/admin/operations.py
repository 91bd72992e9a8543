"""What staff can do to a payment: when, with which form, what it will do, and the one call that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.payments import api, selectors
from apps.payments.contracts import PaymentKind, PaymentStatus
from apps.payments.models import Payment, Refund
from apps.payments.services import fetching
from apps.web.formats import money
from apps.web.forms import exact_amount


class PlainForm(forms.Form):
    """Carries the name of this very attempt, so that a form sent twice acts once."""

    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment


class RefundForm(PlainForm):
    amount = forms.DecimalField(
        min_value=Decimal("0.001"), max_digits=19, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = refundable(self.payment)
        self.fields["amount"].initial = left.amount
        self.fields["amount"].label = f"Amount in {left.currency}"

    def clean_amount(self) -> Money:
        amount: Decimal = self.cleaned_data["amount"]
        wanted = exact_amount(amount, currency=self.payment.amount.currency)
        if wanted > (most := refundable(self.payment)) and not self._is_done():
            raise forms.ValidationError(f"{amount} is too much. At most {money(most)} can be refunded.")
        return wanted

    def _is_done(self) -> bool:
        """Return whether this very attempt was made before: what it took is then no longer left."""
        reference = str(self.data.get("reference", ""))
        return Refund.objects.filter(payment=self.payment, reference=reference).exists()


class ArrivedForm(PlainForm):
    note = forms.CharField(
        max_length=500, required=False, widget=UnfoldAdminTextInputWidget, help_text="Such as the bank statement."
    )


class PressedButton(forms.HiddenInput):
    """A value that the pressed button carries; nothing else is shown for it."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return nothing: beside the button's, a second value would win."""
        return mark_safe("")


class WaitingForm(PlainForm):
    """Is about one of the payment's refunds that wait for staff: the pressed button says which."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["refund"] = forms.TypedChoiceField(
            coerce=UUID,
            choices=[(row.pk, f"{money(row.amount)}, {row.reason.replace('_', ' ')}") for row in waiting(self.payment)],
            widget=PressedButton,
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "refund" in self.errors:
            raise forms.ValidationError("This refund does not wait any more: its money was sent, or it is another's.")
        return given


class SentForm(WaitingForm):
    note = forms.CharField(
        max_length=500, required=False, widget=UnfoldAdminTextInputWidget, help_text="Such as the bank statement."
    )


@dataclass(frozen=True, slots=True)
class Button:
    """What is written on it, and which `refund` it means where there are several."""

    text: str
    refund: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing staff can do; `run(payment, form, actor)` makes the call and returns what to tell."""

    name: str
    title: str
    right: str
    form: type[PlainForm]
    is_possible: Callable[[Payment], bool]
    explain: Callable[[Payment], str]
    buttons: Callable[[Payment, PlainForm], list[Button]]
    run: Callable[[Payment, PlainForm, str], str]
    is_dangerous: bool = False
    preview: Callable[[Payment, PlainForm], list[tuple[str, Money]]] | None = None


def refundable(payment: Payment) -> Money:
    return payment.captured - selectors.promised_refunds(payment)


def waiting(payment: Payment) -> QuerySet[Refund]:
    """Return the payment's refunds that staff have to see to: transfers to be made, or what the provider could not give back."""
    return selectors.refunds_to_send().filter(payment=payment)


def _refund(payment: Payment, form: PlainForm, actor: str) -> str:
    given = form.cleaned_data
    refund = api.request_refund(
        payment_id=payment.pk,
        amount=given["amount"],
        reason=given["reason"],
        reference=str(given["reference"]),
        actor=actor,
    )
    if payment.kind == PaymentKind.MANUAL.value:
        return f"{money(refund.amount)} is to be transferred to the buyer. Send it, then record it here as sent."
    return f"{money(refund.amount)} is on its way back to the buyer."


def _record(payment: Payment, form: PlainForm, actor: str) -> str:
    paid = api.record_manual_payment(payment_id=payment.pk, actor=actor, note=form.cleaned_data["note"])
    return f"{money(paid.captured)} is recorded as received."


def _record_refund(payment: Payment, form: PlainForm, actor: str) -> str:
    given = form.cleaned_data
    is_transfer = payment.kind == PaymentKind.MANUAL.value
    record = api.record_manual_refund if is_transfer else api.record_transfer_of_failed_refund
    sent = record(refund_id=given["refund"], actor=actor, note=given["note"])
    return f"{money(sent.amount)} is recorded as sent back; the buyer is told."


def _send_again(payment: Payment, form: PlainForm, actor: str) -> str:
    refund = api.send_failed_refund_again(refund_id=form.cleaned_data["refund"], actor=actor)
    return f"{money(refund.amount)} is on its way back to the buyer again."


def _refresh(payment: Payment, form: PlainForm, actor: str) -> str:
    found = fetching.refresh(payment)
    return (
        f"{payment.provider} has this payment as {found.status}: "
        f"{money(found.captured)} captured, {money(found.refunded)} refunded."
    )


def _refund_buttons(payment: Payment, form: PlainForm) -> list[Button]:
    return [Button(f"Give back {money(form.cleaned_data['amount'])}" if form.is_valid() else "Show what is left then")]


def _preview_refund(payment: Payment, form: PlainForm) -> list[tuple[str, Money]]:
    """Return the payment's money, line by line, as it will be; the last line is what the shop keeps of it."""
    wanted, promised = form.cleaned_data["amount"], selectors.promised_refunds(payment)
    under_way = promised - payment.refunded
    told = [("Captured", payment.captured), ("Refunded before", -payment.refunded)]
    told += [("On its way back", -under_way)] if under_way else []
    return [*told, ("This refund", -wanted), ("The shop keeps", payment.captured - promised - wanted)]


def _sent_buttons(payment: Payment, form: PlainForm) -> list[Button]:
    return [
        Button(f"Record {money(row.amount)} as sent back ({row.reason.replace('_', ' ')})", str(row.pk))
        for row in waiting(payment)
    ]


def _again_buttons(payment: Payment, form: PlainForm) -> list[Button]:
    return [
        Button(f"Send {money(row.amount)} again ({row.reason.replace('_', ' ')})", str(row.pk))
        for row in waiting(payment)
    ]


def _explain_sent(payment: Payment) -> str:
    told = "Records that you transferred the money back, and tells the buyer so by mail."
    if payment.kind == PaymentKind.MANUAL.value:
        return told
    return f"{payment.provider.capitalize()} could not give this money back. Ask the buyer for another account. {told}"


OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        Operation(
            name="refund",
            title="Refund",
            right="payments.refund_payment",
            form=RefundForm,
            is_possible=lambda payment: bool(refundable(payment)),
            explain=lambda payment: (
                f"At most {money(refundable(payment))}. You send it by bank transfer, then record it as sent."
                if payment.kind == PaymentKind.MANUAL.value
                else f"At most {money(refundable(payment))} goes back through {payment.provider}."
            ),
            buttons=_refund_buttons,
            is_dangerous=True,
            preview=_preview_refund,
            run=_refund,
        ),
        Operation(
            name="arrived",
            title="Money arrived",
            right="payments.record_payment",
            form=ArrivedForm,
            is_possible=lambda payment: (
                payment.kind == PaymentKind.MANUAL.value and payment.status != PaymentStatus.SUCCEEDED.value
            ),
            explain=lambda payment: (
                f"Records that {money(payment.amount)} arrived in full. An order that waits for it goes on as paid; "
                "where the order has ended, the money is to be sent back."
            ),
            buttons=lambda payment, form: [Button(f"Record {money(payment.amount)} as received")],
            run=_record,
        ),
        Operation(
            name="sent",
            title="Money sent back",
            right="payments.record_payment",
            form=SentForm,
            is_possible=lambda payment: waiting(payment).exists(),
            explain=_explain_sent,
            buttons=_sent_buttons,
            run=_record_refund,
        ),
        Operation(
            name="again",
            title="Send failed refund again",
            right="payments.refund_payment",
            form=WaitingForm,
            is_possible=lambda payment: payment.kind != PaymentKind.MANUAL.value and waiting(payment).exists(),
            explain=lambda payment: (
                f"{payment.provider.capitalize()} could not give this money back. It is asked once more, to the same card or account;"
                " should that fail too, transfer the money and record it."
            ),
            buttons=_again_buttons,
            is_dangerous=True,
            run=_send_again,
        ),
        Operation(
            name="refresh",
            title="Refresh from provider",
            right="payments.view_payment",
            form=PlainForm,
            is_possible=lambda payment: payment.kind != PaymentKind.MANUAL.value and payment.opened_at is not None,
            explain=lambda payment: f"Asks {payment.provider} how the payment stands and applies it.",
            buttons=lambda payment, form: [Button(f"Ask {payment.provider}")],
            run=_refresh,
        ),
    )
}
