"""Mails as staff look at them: of a real order, with what it does not have yet made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.kernel import clock
from apps.notifications.contracts import MailKind, WrittenMail
from apps.notifications.services import writing
from apps.orders import api as orders

_NO_PARCEL = UUID(int=0)


def preview(*, kind: MailKind, order_id: UUID, language: str) -> WrittenMail:
    order = orders.get_order(order_id=order_id, viewer=orders.Viewer(is_staff=True))
    if kind is MailKind.SHIPPED and not order.shipments:
        order = replace(order, shipments=(_sample_parcel(order),))
    link = f"{settings.STOREFRONT_URL}/orders/{order.id}/"
    return writing.write(kind=kind, order=order, facts=_facts(kind, order), link=link, language=language)


def _facts(kind: MailKind, order: orders.Order) -> Mapping[str, Any]:
    if kind is MailKind.SHIPPED:
        return {"shipment_id": str(order.shipments[-1].id), "complete": True}
    if kind is MailKind.CANCELLED:
        return {"reason": "customer", "was_paid": bool(order.paid)}
    return {"amount": str((order.refunded or order.total) if kind is MailKind.REFUNDED else order.total)}


def _sample_parcel(order: orders.Order) -> orders.Shipment:
    return orders.Shipment(
        id=_NO_PARCEL,
        tracking_number="SAMPLE0123456789",
        carrier="DHL",
        tracking_url=f"{settings.STOREFRONT_URL}/orders/{order.id}/",
        lines={line.id: line.quantity for line in order.lines},
        shipped_at=clock.now(),
        delivered_at=None,
    )
