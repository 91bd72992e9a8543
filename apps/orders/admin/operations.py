"""What staff can do to an order: when, with which form, what it will do, and the one call that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from apps.kernel.ids import uuid7
from apps.kernel.money import Money, add_up
from apps.orders import api as orders
from apps.orders.models import MOST_LABEL_BYTES
from apps.orders.services.labels import read_kind
from apps.payments import api as payments
from apps.web.formats import money
from apps.web.forms import exact_amount


class OperationForm(forms.Form):
    """Carries the name of this very attempt, so that a form sent twice acts once."""

    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


class LabelField(forms.FileField):
    """The carrier's label as a file; its value is the bytes, nothing where none was sent."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,.png,.zpl,.txt"})
        super().__init__(label="Carrier's label", help_text="PDF, PNG or ZPL of at most 1 MB.", widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the bytes; refuse a file that is too large before it is read."""
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > MOST_LABEL_BYTES:
            raise forms.ValidationError(f"The label has {file.size:,} bytes; send at most {MOST_LABEL_BYTES:,}.")
        content: bytes = file.read()
        try:
            read_kind(content)
        except orders.LabelRefused as error:
            raise forms.ValidationError(error.fields[0].detail) from error
        return content


class LabelForm(forms.Form):
    """A label for a parcel that has left."""

    label = LabelField()


class PartForm(forms.Form):
    """How many of each line leave now."""

    def __init__(self, *args: Any, order: orders.Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in order.lines:
            if left := line.quantity - line.shipped:
                self.fields[f"line_{line.id}"] = forms.IntegerField(
                    label=f"{line.title} ({line.sku}), {left} left",
                    min_value=0,
                    max_value=left,
                    initial=left,
                    widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise forms.ValidationError("Nothing is chosen: write how many leave, at least one item.")
        return given


class ShipForm(OperationForm):
    """A parcel. What it holds was chosen before, all that is left by default: its button tells how many items that are."""

    carrier = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    tracking_number = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    tracking_url = forms.URLField(
        label="Tracking page",
        help_text="May stay blank for a carrier that the shop knows, such as DHL or UPS.",
        max_length=2000,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    label = LabelField(required=False)

    def __init__(self, *args: Any, order: orders.Order, chosen: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        part = PartForm(chosen or None, order=order)
        wanted = part.cleaned_data if part.is_valid() else {}
        for line in order.lines:
            # Up to all that was ordered: a form sent twice repeats its parcel, though nothing is left by then.
            name = f"line_{line.id}"
            left = line.quantity - line.shipped
            self.fields[name] = forms.IntegerField(
                min_value=0,
                max_value=line.quantity,
                required=False,
                initial=wanted.get(name, 0) if wanted else left,
                widget=forms.HiddenInput,
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if any(name.startswith("line_") for name in self.errors):
            raise forms.ValidationError("What leaves is not to be read. Go back to the order and choose again.")
        return given

    def parcel(self) -> dict[UUID, int]:
        """Return the quantities by line id, those chosen before where the form was not sent yet."""
        lines = [name for name in self.fields if name.startswith("line_")]
        given = self.cleaned_data if self.is_bound else {name: self.fields[name].initial for name in lines}
        return {UUID(name.removeprefix("line_")): given[name] for name in lines if given.get(name)}


class RefundForm(OperationForm):
    amount = forms.DecimalField(
        min_value=Decimal("0.001"), max_digits=19, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, order: orders.Order, chosen: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._order = order
        self.fields["amount"].initial = _refundable(order).amount
        self.fields["amount"].label = f"Amount in {order.paid.currency}"

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        wanted = exact_amount(amount, currency=self._order.paid.currency)
        if wanted > (most := _refundable(self._order)):
            raise forms.ValidationError(f"{amount} is too much. At most {money(most)} can go back.")
        return amount


class PlainForm(OperationForm):
    def __init__(self, *args: Any, order: orders.Order, chosen: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing staff can do; `run(order, form, actor)` makes the call and returns what to tell."""

    name: str
    title: str
    right: str
    form: type[Any]
    is_possible: Callable[[orders.Order], bool]
    explain: Callable[[orders.Order], str]
    button: Callable[[orders.Order, Any], str]
    run: Callable[[orders.Order, Any, str], str]
    is_dangerous: bool = False
    summary: Callable[[orders.Order, Any], list[str]] | None = None
    preview: Callable[[orders.Order, Any], list[tuple[str, Money]]] | None = None


def _ship(order: orders.Order, form: ShipForm, actor: str) -> str:
    given = form.cleaned_data
    orders.ship_order(
        order_id=order.id,
        lines=form.parcel(),
        tracking_number=given["tracking_number"],
        carrier=given["carrier"],
        tracking_url=given["tracking_url"],
        label=given["label"],
        actor=actor,
        reference=str(given["reference"]),
    )
    return f"Order {order.number}: the parcel is on its way."


def _deliver(order: orders.Order, form: PlainForm, actor: str) -> str:
    orders.deliver_order(order_id=order.id, actor=actor)
    return f"Order {order.number} is delivered."


def _cancel(order: orders.Order, form: PlainForm, actor: str) -> str:
    orders.cancel_order(order_id=order.id, viewer=orders.Viewer(is_staff=True, actor=actor))
    return f"Order {order.number} is cancelled."


def _refund(order: orders.Order, form: RefundForm, actor: str) -> str:
    given = form.cleaned_data
    amount = _wanted(order, form)
    reference = str(given["reference"])
    orders.refund_order(order_id=order.id, amount=amount, reason=given["reason"], reference=reference, actor=actor)
    return f"Order {order.number}: {money(amount)} is on its way back to the buyer."


def _cancel_button(order: orders.Order, form: Any) -> str:
    left = order.paid - order.refunded
    return f"Cancel and give back {money(left)}" if left else "Cancel the order"


def _refund_button(order: orders.Order, form: RefundForm | None) -> str:
    if form and form.is_valid():
        return f"Give back {money(_wanted(order, form))}"
    return f"Refund up to {money(_refundable(order))}" if form is None else "Show what is left then"


def _ship_button(order: orders.Order, form: Any) -> str:
    total = sum(line.quantity for line in order.lines)
    left = sum(line.quantity - line.shipped for line in order.lines)
    count = left if form is None else sum(form.parcel().values())
    some = f"{count}" if count == total else f"{count} of {total}"
    return f"Ship {some} item{'' if total == 1 else 's'}"


def _deliver_button(order: orders.Order) -> str:
    count = sum(1 for parcel in order.shipments if parcel.delivered_at is None)
    return f"Mark {count} parcel{'' if count == 1 else 's'} as delivered"


def _list_parcel(order: orders.Order, form: ShipForm) -> list[str]:
    parcel = form.parcel()
    packed = [(line, parcel[line.id]) for line in order.lines if line.id in parcel]
    return [f"{count} of {line.quantity} {line.title} ({line.sku})" for line, count in packed]


def _wanted(order: orders.Order, form: RefundForm) -> Money:
    return Money(form.cleaned_data["amount"], order.paid.currency)


def _on_its_way(order: orders.Order) -> Money:
    """Return what was promised back and has not arrived at the buyer yet."""
    pending = [r.amount for r in payments.list_refunds(order_id=order.id) if r.status is payments.RefundStatus.PENDING]
    return add_up(pending, currency=order.paid.currency)


def _refundable(order: orders.Order) -> Money:
    return order.paid - order.refunded - _on_its_way(order)


def _preview_refund(order: orders.Order, form: RefundForm) -> list[tuple[str, Money]]:
    """Return the order's money, line by line, as it will be; the last line is what the shop keeps."""
    wanted, under_way = _wanted(order, form), _on_its_way(order)
    told = [("Paid", order.paid), ("Refunded before", -order.refunded)]
    told += [("On its way back", -under_way)] if under_way else []
    return [*told, ("This refund", -wanted), ("The shop keeps", order.paid - order.refunded - under_way - wanted)]


def _explain_cancel(order: orders.Order) -> str:
    count = sum(line.quantity for line in order.lines)
    kept = order.paid - order.refunded
    returned = (
        f" {money(kept)} goes back to the buyer." if kept else " No money was received; a payment under way is stopped."
    )
    return f"Order {order.number} ends for good. {count} items return to stock.{returned} The buyer gets a mail."


def _explain_refund(order: orders.Order) -> str:
    left = _refundable(order)
    return (
        f"You can give back up to {money(left)} of order {order.number}. Money paid by card goes back to the card."
        " Money paid by bank transfer you send back yourself. A full refund closes the order: items that have not been"
        " shipped return to stock. The buyer gets a mail."
    )


def _explain_ship(order: orders.Order) -> str:
    return (
        f"A parcel of order {order.number} leaves now: its items leave the warehouse's stock, and the buyer gets a mail"
        " with the tracking number."
    )


OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        Operation(
            name="ship",
            title="Ship",
            right="orders.ship_order",
            form=ShipForm,
            is_possible=lambda order: order.status is orders.OrderStatus.PROCESSING,
            explain=_explain_ship,
            button=_ship_button,
            summary=_list_parcel,
            run=_ship,
        ),
        Operation(
            name="deliver",
            title="Mark delivered",
            right="orders.ship_order",
            form=PlainForm,
            is_possible=lambda order: order.status is orders.OrderStatus.SHIPPED,
            explain=lambda order: f"Every parcel of order {order.number} has arrived. The order is complete.",
            button=lambda order, form: _deliver_button(order),
            run=_deliver,
        ),
        Operation(
            name="cancel",
            title="Cancel order",
            right="orders.cancel_order",
            form=PlainForm,
            is_possible=lambda order: (
                order.status in (orders.OrderStatus.AWAITING_PAYMENT, orders.OrderStatus.PROCESSING)
                and not any(line.shipped for line in order.lines)
            ),
            explain=_explain_cancel,
            button=_cancel_button,
            is_dangerous=True,
            run=_cancel,
        ),
        Operation(
            name="refund",
            title="Refund",
            right="orders.refund_order",
            form=RefundForm,
            is_possible=lambda order: order.refunded < order.paid and bool(_refundable(order)),
            explain=_explain_refund,
            button=_refund_button,
            is_dangerous=True,
            preview=_preview_refund,
            run=_refund,
        ),
    )
}
