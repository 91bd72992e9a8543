"""The mails of an order, as a card of its workbench."""

from __future__ import annotations

from typing import Any

from django import template

from apps.notifications import api as notifications
from apps.orders import api as orders

register = template.Library()


@register.inclusion_tag("backoffice/order_mails.html", takes_context=True)
def mails_of_order(context: template.Context, order: orders.Order) -> dict[str, Any]:
    """Show what was sent about an order and what came back; nothing to staff who may not see mails."""
    if not context["request"].user.has_perm("notifications.view_outboundmail"):
        return {"may_see": False}
    mails = notifications.list_mails(order_id=order.id)
    is_suspect = any(bounce.is_final for mail in mails for bounce in mail.bounces) or any(m.withheld_at for m in mails)
    return {
        "may_see": True,
        "order": order,
        "mails": mails,
        "is_dead": is_suspect and notifications.is_address_dead(address=order.email),
        "may_revive": context["request"].user.has_perm("notifications.change_outboundmail"),
        "csrf_token": context.get("csrf_token"),
    }
