"""What staff can do to an order: when, with which form, what it will do, and the one call that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.orders import api as orders


class OperationForm(forms.Form):
    """Carries the name of this very attempt, so that a form sent twice acts once."""

    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


class ShipForm(OperationForm):
    tracking_number = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    carrier = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    tracking_url = forms.URLField(
        max_length=2000, required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

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

    def parcel(self) -> dict[UUID, int]:
        """Return the quantities by line id."""
        given = {
            name.removeprefix("line_"): value for name, value in self.cleaned_data.items() if name.startswith("line_")
        }
        return {UUID(line_id): quantity for line_id, quantity in given.items() if quantity}


class RefundForm(OperationForm):
    amount = forms.DecimalField(
        min_value=Decimal("0.001"), max_digits=19, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, order: orders.Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = (order.paid - order.refunded).amount
        self.fields["amount"].label = f"Amount in {order.paid.currency}"


class PlainForm(OperationForm):
    def __init__(self, *args: Any, order: orders.Order, **kwargs: Any) -> None:
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
    run: Callable[[orders.Order, Any, str], str]


def _ship(order: orders.Order, form: ShipForm, actor: str) -> str:
    given = form.cleaned_data
    orders.ship_order(
        order_id=order.id,
        lines=form.parcel(),
        tracking_number=given["tracking_number"],
        carrier=given["carrier"],
        tracking_url=given["tracking_url"],
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
    amount = Money(given["amount"], order.paid.currency)
    reference = str(given["reference"])
    orders.refund_order(order_id=order.id, amount=amount, reason=given["reason"], reference=reference, actor=actor)
    return f"Order {order.number}: {amount} is on its way back to the buyer."


def _explain_cancel(order: orders.Order) -> str:
    count = sum(line.quantity for line in order.lines)
    money = order.paid - order.refunded
    returned = (
        f" {money} goes back to the buyer." if money else " No money was received; a payment under way is stopped."
    )
    return f"Order {order.number} ends for good. {count} items return to stock.{returned} The buyer gets a mail."


def _explain_refund(order: orders.Order) -> str:
    left = order.paid - order.refunded
    return (
        f"Money goes back the way it came; at most {left} of order {order.number}. When all of it is back, what has not"
        " been shipped returns to stock and the order is closed. The buyer gets a mail."
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
            run=_ship,
        ),
        Operation(
            name="deliver",
            title="Mark delivered",
            right="orders.ship_order",
            form=PlainForm,
            is_possible=lambda order: order.status is orders.OrderStatus.SHIPPED,
            explain=lambda order: f"Every parcel of order {order.number} has arrived.",
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
            run=_cancel,
        ),
        Operation(
            name="refund",
            title="Refund",
            right="orders.refund_order",
            form=RefundForm,
            is_possible=lambda order: order.refunded < order.paid,
            explain=_explain_refund,
            run=_refund,
        ),
    )
}
