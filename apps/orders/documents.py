"""Orders as the REST API shows them: one shape, whichever app answers with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse

from apps.kernel import codec
from apps.orders.contracts import Label, LabelKind, Order, OrderLine, OrderSummary, Shipment, Tracking

_AMOUNTS: Final = frozenset(
    ("subtotal", "discount", "shipping", "tax", "total", "paid", "refunded", "unit_price", "line_total")
)


# What a browser shows is shown; the language of label printers is passed on as it is.
_LABELS: Final = {
    LabelKind.PDF: ("application/pdf", "inline"),
    LabelKind.PNG: ("image/png", "inline"),
    LabelKind.ZPL: ("text/plain; charset=utf-8", "attachment"),
}


def order_document(order: Order, *, token: str = "") -> dict[str, Any]:
    """Return an order as JSON-ready values; with `order_token` where one is given."""
    document: dict[str, Any] = {
        "id": order.id,
        "number": order.number,
        "version": order.version,
        "status": order.status,
        "payment_status": order.payment_status,
        "fulfilment_status": order.fulfilment_status,
        "items": [_item(line) for line in order.lines],
        "subtotal": order.subtotal,
        "discount": order.discount,
        "shipping": order.shipping,
        "tax": order.tax,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
        "prices_include_tax": order.prices_include_tax,
        "email": order.email,
        "shipping_method": order.shipping_method_name,
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "placed_at": order.placed_at,
        "payment_deadline": order.payment_deadline,
        "shipments": [shipment_document(shipment) for shipment in order.shipments],
        "live_url": f"{settings.SOCKETS_URL}/ws/orders/{order.id}",
    }
    if token:
        document["order_token"] = token
    encoded: dict[str, Any] = codec.encode(document)
    return encoded


def _item(line: OrderLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "sku": line.sku,
        "title": line.sold_title,
        "options": line.sold_options,
        "image_url": line.image_url or None,
        "quantity": line.quantity,
        "shipped": line.shipped,
        "unit_price": line.unit_price,
        "line_total": line.line_total,
    }


def shipment_document(shipment: Shipment) -> dict[str, Any]:
    """Return a parcel; `lines` maps order line ids to quantities."""
    return {
        "id": shipment.id,
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "tracking_url": shipment.tracking_url or None,
        "lines": shipment.lines,
        "shipped_at": shipment.shipped_at,
        "delivered_at": shipment.delivered_at,
    }


def summary_document(order: OrderSummary) -> dict[str, Any]:
    """Return an order in a list."""
    encoded: dict[str, Any] = codec.encode(order)
    return encoded


def without_amounts(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order's document, or that of an order in a list, for who is not to see what it cost."""
    kept = {name: value for name, value in document.items() if name not in _AMOUNTS}
    if "items" in kept:
        kept["items"] = [without_amounts(item) for item in kept["items"]]
    return kept


def tracking_document(tracking: Tracking, *, with_amounts: bool = True) -> dict[str, Any]:
    """Return what happened to an order, without who did it."""
    events = [
        {
            "type": event.type,
            "at": event.at,
            "detail": event.detail if with_amounts else event.detail_without_amounts,
        }
        for event in tracking.events
    ]
    return {
        "status": tracking.status,
        "events": events,
        "shipments": [shipment_document(shipment) for shipment in tracking.shipments],
    }


def label_answer(label: Label) -> HttpResponse:
    """Return a parcel's label as a file that nobody else keeps."""
    content_type, disposition = _LABELS[label.kind]
    answer = HttpResponse(label.content, content_type=content_type)
    answer["Content-Disposition"] = f'{disposition}; filename="{label.file_name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
