"""What the workbench of an order shows: everything staff ask about it, read once, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from babel import Locale
from django.urls import reverse

from apps.accounts import api as accounts
from apps.addressing import api as addressing
from apps.kernel.money import Money
from apps.orders import api
from apps.orders.admin.operations import OPERATIONS
from apps.payments import api as payments
from apps.web import formats

_PERSON: Final = re.compile(r"(staff|customer):([0-9a-f-]{36})")
_VIEWER: Final = api.Viewer(is_staff=True)
_WAYS: Final = {"stripe": "Card", "manual": "Bank transfer"}
_PAYMENT_STATES: Final = {
    payments.PaymentStatus.REQUIRES_PAYMENT_METHOD: "not paid yet",
    payments.PaymentStatus.REQUIRES_ACTION: "waits for the buyer",
    payments.PaymentStatus.PROCESSING: "under way",
    payments.PaymentStatus.AUTHORISED: "authorised",
    payments.PaymentStatus.SUCCEEDED: "paid",
    payments.PaymentStatus.CANCELLED: "cancelled",
    payments.PaymentStatus.FAILED: "failed",
}
_WORDS: Final = {"": "the shop", "saga": "the shop", "guest": "the buyer", "customer": "the buyer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A fact of the history as a sentence, and who did it."""

    sentence: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something the reader may do to the order now."""

    name: str
    text: str
    is_dangerous: bool


def find_order(order_id: UUID | str) -> api.Order | None:
    """Return an order for staff; None where there is none, or the id is no id."""
    try:
        return api.get_order(order_id=UUID(str(order_id)), viewer=_VIEWER)
    except (api.OrderNotFound, ValueError):
        return None


def show_order(order: api.Order, *, user: Any) -> dict[str, Any]:
    """Return the template's context for an order, with the buttons that `user` may press."""
    history = api.get_history(order_id=order.id)
    may_see_money = user.has_perm("orders.view_money")
    tried = payments.list_payments(order_id=order.id) if user.has_perm("payments.view_payment") else ()
    return {
        "title": f"Order {order.number}",
        "order": order,
        "states": [_words(each.value) for each in (order.status, order.payment_status, order.fulfilment_status)],
        "buttons": _buttons(order, user),
        "goes_to": addressing.write_envelope(address=order.shipping_address),
        "billed_to": addressing.write_envelope(address=order.billing_address),
        "money": _money(order) if may_see_money else (),
        "payments": [(each, _tell_payment(each)) for each in tried],
        "language": Locale("en").languages.get(order.language, order.language),
        "refunds": _refunds(order.id, user) if tried else (),
        "history": _tell(history, with_amounts=may_see_money),
        "may_see_buyer": user.has_perms(("orders.view_money", "accounts.view_user")),
        "left": sum(line.quantity - line.shipped for line in order.lines),
    }


def _buttons(order: api.Order, user: Any) -> list[Button]:
    possible = (each for each in OPERATIONS.values() if user.has_perm(each.right) and each.is_possible(order))
    return [Button(name=each.name, text=each.button(order, None), is_dangerous=each.is_dangerous) for each in possible]


def _money(order: api.Order) -> list[tuple[str, Money]]:
    included = " (included)" if order.prices_include_tax else ""
    told = [("Items", order.subtotal), ("Discount", -order.discount), ("Delivery", order.shipping)]
    told += [(f"Tax{included}", order.tax), ("Total", order.total), ("Paid", order.paid), ("Refunded", -order.refunded)]
    always = ("Items", "Delivery", "Total", "Paid")
    return [(name, amount) for name, amount in told if amount or name in always]


def _tell_payment(payment: payments.Payment) -> str:
    way = _WAYS.get(payment.provider, payment.provider.capitalize())
    return f"{way}, {formats.money(payment.amount)}, {_PAYMENT_STATES[payment.status]}"


def _refunds(order_id: UUID, user: Any) -> list[tuple[payments.Refund, str, str]]:
    """Return the refunds, each with why, and with where staff record that they sent it, where nobody else does."""
    may_record = user.has_perm("payments.record_payment")
    found = []
    for refund in payments.list_refunds(order_id=order_id):
        record = reverse("admin:payments_payment_operation", args=[refund.payment_id, "sent"])
        why = refund.reason.replace("_", " ")  # the saga's own are codes
        found.append((refund, why, record if refund.waits_for_staff and may_record else ""))
    return found


def _tell(history: Iterable[api.HistoryEntry], *, with_amounts: bool) -> list[Deed]:
    """Return the history newest first, people by name."""
    entries = list(history)
    ids = {UUID(found[2]) for entry in entries if (found := _PERSON.fullmatch(entry.actor))}
    people = accounts.get_customers(ids=list(ids)) if ids else {}
    return [
        Deed(
            sentence=each.detail if with_amounts else each.detail_without_amounts,
            person=_person(each.actor, people),
            at=each.at,
        )
        for each in reversed(entries)
    ]


def _person(actor: str, people: Mapping[UUID, accounts.Customer]) -> str:
    found = _PERSON.fullmatch(actor)
    if found is None:
        return _WORDS.get(actor, actor)
    known = people.get(UUID(found[2]))
    return (f"{known.first_name} {known.last_name}".strip() or known.email) if known else _words(found[1])


def _words(value: str) -> str:
    return value.replace("_", " ")
