"""What the mails say: a subject, the news, the next step, and everything about the order that belongs below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from apps.notifications.contracts import MailKind, WrittenMail
from apps.notifications.services import sheets
from apps.notifications.services.parts import items_of, money, places_of, read_money, totals_of
from apps.notifications.services.sheets import Words
from apps.orders import api as orders
from apps.payments import api as payments
from apps.web import formats, tokens

LINK_DAYS: Final = 180
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWords(Words):
    """What a mail about an order tells; `parcel` where it is about one, `instructions` (lines) where something is to be done."""

    parcel: orders.Shipment | None = None
    instructions: str = ""


def write(*, kind: MailKind, order: orders.Order, facts: Facts, link: str, language: str = "") -> WrittenMail:
    """Return the mail of one kind about an order, as text and HTML that say the same, in the order's language where there is one."""
    with translation.override(sheets.supported(language or order.language)):
        words = _WORDS[kind](order, facts)
        context = {
            "order": order,
            "items": items_of(order, words.parcel),
            "totals": totals_of(order, words.parcel),
            "places": places_of(order),
            "parcel": words.parcel,
            "link": link,
        }
        return sheets.render("mail", words, context)


def signed_link(order: orders.Order) -> str:
    """Return a signed link to the order's page, which works on every device."""
    token = tokens.sign(subject=str(order.id), purpose="order", days=LINK_DAYS)
    return f"{sheets.pages_of(sheets.supported(order.language))}/orders/{order.id}/?token={token}"


def _placed(order: orders.Order, facts: Facts) -> OrderWords:
    return OrderWords(
        subject=_("We received your order %(number)s") % {"number": order.number},
        heading=_("Thank you for your order"),
        news=_("Your order %(number)s is with us, and your items are set aside.") % {"number": order.number},
        next_step=_("As soon as your payment arrives we start packing and write to you again."),
    )


def _transfer(order: orders.Order, facts: Facts) -> OrderWords:
    deadline = order.payment_deadline
    wait = _("We send your order when the money is here.")
    until = deadline and _("We hold your items until %(moment)s.") % {"moment": formats.moment(deadline)}
    return OrderWords(
        subject=_("How to pay for your order %(number)s") % {"number": order.number},
        heading=_("Pay by bank transfer"),
        news=_("You chose to pay for order %(number)s by bank transfer.") % {"number": order.number},
        next_step=f"{wait} {until}" if until else wait,
        instructions=payments.write_transfer_instructions(amount=read_money(facts["amount"]), reference=order.number),
    )


def _paid(order: orders.Order, facts: Facts) -> OrderWords:
    return OrderWords(
        subject=_("Payment received for order %(number)s") % {"number": order.number},
        heading=_("Your payment has arrived"),
        news=_("We received %(amount)s for order %(number)s.")
        % {"amount": money(facts["amount"]), "number": order.number},
        next_step=_("We are packing your order now. You will get another mail when it leaves."),
    )


def _shipped(order: orders.Order, facts: Facts) -> OrderWords:
    parcel = next((each for each in order.shipments if str(each.id) == facts["shipment_id"]), None)
    return OrderWords(
        subject=_("Your order %(number)s is on its way") % {"number": order.number},
        heading=_("It is on its way"),
        news=_("A parcel with your order %(number)s has left.") % {"number": order.number},
        next_step=_("This completes your order.") if facts["complete"] else _("The rest follows in another parcel."),
        parcel=parcel,
    )


def _cancelled(order: orders.Order, facts: Facts) -> OrderWords:
    news = {
        "customer": _("Your order %(number)s was cancelled, as you asked."),
        "staff": _("Your order %(number)s was cancelled by our team."),
        "payment_deadline": _("Your order %(number)s was cancelled because no payment arrived in time."),
        "out_of_stock": _(
            "Your order %(number)s was cancelled because the items sold out before your payment arrived. We are sorry."
        ),
    }.get(facts["reason"], _("Your order %(number)s was cancelled."))
    return OrderWords(
        subject=_("Your order %(number)s was cancelled") % {"number": order.number},
        heading=_("Your order was cancelled"),
        news=news % {"number": order.number},
        next_step=(
            _("Your money is on its way back to you.") if facts["was_paid"] else _("You have not been charged.")
        ),
    )


def _refunded(order: orders.Order, facts: Facts) -> OrderWords:
    return OrderWords(
        subject=_("Refund for your order %(number)s") % {"number": order.number},
        heading=_("Your money is on its way back"),
        news=_("We have sent %(amount)s for order %(number)s back to you.")
        % {"amount": money(facts["amount"]), "number": order.number},
        next_step=_("Depending on your bank it shows up within a few working days."),
    )


_WORDS: Final[Mapping[MailKind, Callable[[orders.Order, Facts], OrderWords]]] = {
    MailKind.PLACED: _placed,
    MailKind.TRANSFER: _transfer,
    MailKind.PAID: _paid,
    MailKind.SHIPPED: _shipped,
    MailKind.CANCELLED: _cancelled,
    MailKind.REFUNDED: _refunded,
}
