"""Mails as cards: those of an order on its workbench, those of an account on its person's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import reverse

from apps.accounts import api as accounts
from apps.notifications import api as notifications
from apps.orders import api as orders

register = template.Library()


@register.inclusion_tag("backoffice/sent_mails.html", takes_context=True)
def mails_of_order(context: template.Context, order: orders.Order) -> dict[str, Any]:
    """Show what was sent about an order and what came back; nothing to staff who may not see mails."""
    if not _may_see(context):
        return {}
    mails = notifications.list_mails(order_id=order.id)
    write_again = reverse("backoffice:write_again", args=[order.id])
    return _card(context, mails, title="Mails", address=order.email, write_again=write_again) | {"order": order}


@register.inclusion_tag("backoffice/sent_mails.html", takes_context=True)
def mails_of_account(context: template.Context, customer: accounts.Customer) -> dict[str, Any]:
    """Show what was sent about an account and what came back; nothing to staff who may not see mails."""
    if not _may_see(context):
        return {}
    mails = notifications.list_account_mails(customer_id=customer.id)
    write_again = reverse("backoffice:write_to_customer_again", args=[customer.id])
    return _card(context, mails, title="Mails about the account", address=customer.email, write_again=write_again)


def _may_see(context: template.Context) -> bool:
    return bool(context["request"].user.has_perm("notifications.view_outboundmail"))


def _card(
    context: template.Context, mails: Sequence[notifications.SentMail], *, title: str, address: str, write_again: str
) -> dict[str, Any]:
    is_suspect = any(m.withheld_at or any(bounce.is_final for bounce in m.bounces) for m in mails)
    return {
        "may_see": True,
        "title": title,
        "address": address,
        "write_again": write_again,
        "mails": mails,
        "is_dead": is_suspect and notifications.is_address_dead(address=address),
        "may_revive": context["request"].user.has_perm("notifications.change_outboundmail"),
        "csrf_token": context.get("csrf_token"),
    }
