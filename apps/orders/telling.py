"""An order's history told in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from apps.orders.history import (
    Cancelled,
    DeadlineExtended,
    Fact,
    Noted,
    Paid,
    Placed,
    Refunded,
    RefundReversed,
    Shipped,
)
from apps.web.formats import day, money

_CANCELLED = {
    "customer": _lazy("The order was cancelled at the buyer's request."),
    "staff": _lazy("The order was cancelled by the shop."),
    "payment_deadline": _lazy("The order was cancelled because no payment arrived in time."),
    "out_of_stock": _lazy("The order was cancelled because it sold out before the payment arrived."),
}
_NOTES = {
    "late_payment": _lazy("A payment of %(amount)s arrived after the order had ended and goes back."),
    "second_payment": _lazy("A second payment of %(amount)s arrived and goes back."),
    "unexpected_amount": _lazy("A payment of %(amount)s is not what the order costs and goes back."),
    "late_payment_refunded": _lazy("The payment of %(amount)s that was not needed was refunded."),
    "refund_failed": _lazy("A refund of %(amount)s failed; staff will look into it."),
}
_NOTES_WITHOUT_AMOUNTS = {
    "late_payment": _lazy("A payment arrived after the order had ended and goes back."),
    "second_payment": _lazy("A second payment arrived and goes back."),
    "unexpected_amount": _lazy("A payment is not what the order costs and goes back."),
    "late_payment_refunded": _lazy("The payment that was not needed was refunded."),
    "refund_failed": _lazy("A refund failed; staff will look into it."),
}

# What buyers call a provider.
_MEANS = {"manual": _lazy("bank transfer"), "stripe": _lazy("card")}


def describe(fact: Fact) -> str:
    """Return a sentence about the fact in the active language."""
    match fact:
        case Placed():
            return _("Order %(number)s was placed: %(total)s.") % {"number": fact.number, "total": money(fact.total)}
        case DeadlineExtended():
            means = _MEANS.get(fact.provider, fact.provider)
            until = day(fact.payment_deadline)
            return _("Payment by %(means)s was begun; it may arrive until %(day)s.") % {"means": means, "day": until}
        case Paid():
            return _("The payment of %(amount)s arrived.") % {"amount": money(fact.amount)}
        case Shipped():
            count = sum(fact.lines.values())
            sentence = ngettext("A parcel with %(count)s item left.", "A parcel with %(count)s items left.", count)
            return sentence % {"count": count}
        case Cancelled():
            return str(_CANCELLED.get(fact.reason) or _("The order was cancelled."))
        case Refunded():
            return _("%(amount)s was refunded.") % {"amount": money(fact.amount)}
        case RefundReversed():
            sentence = _("The refund of %(amount)s did not arrive and came back to us; staff will look into it.")
            return sentence % {"amount": money(fact.amount)}
        case Noted():
            return str(_NOTES.get(fact.fact, fact.fact)) % {"amount": money(fact.amount)}
    return _("The order was delivered.")


def describe_without_amounts(fact: Fact) -> str:
    """Return a sentence about the fact for people who are not to see what an order cost."""
    match fact:
        case Placed():
            return _("Order %(number)s was placed.") % {"number": fact.number}
        case Paid():
            return _("The payment arrived.")
        case Refunded():
            return _("Money was refunded.")
        case RefundReversed():
            return _("A refund did not arrive and came back to us; staff will look into it.")
        case Noted():
            return str(_NOTES_WITHOUT_AMOUNTS.get(fact.fact, fact.fact))
    return describe(fact)
