"""Reads of orders: rows in, contracts out; lists are one statement whatever their length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, DateField, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Cast

from apps.kernel import codec
from apps.kernel.address import Address
from apps.kernel.money import Money
from apps.kernel.pages import Page
from apps.orders import history, telling
from apps.orders.contracts import (
    BestSeller,
    Buyer,
    Contact,
    DayOfSales,
    FulfilmentStatus,
    HistoryEntry,
    Label,
    LabelKind,
    Order,
    OrderFilters,
    OrderLine,
    OrderPaymentStatus,
    OrderState,
    OrderStatus,
    OrderSummary,
    Shipment,
    Statistics,
    Tracking,
    Viewer,
    WaitingOrders,
)
from apps.orders.errors import LabelNotFound, OrderNotFound, ShipmentNotFound
from apps.orders.models import BUYER_WORDS, WAITING_STATUSES, OrderContact, OrderEvent, ShipmentLabel, ShipmentLine
from apps.orders.models import Order as OrderRow
from apps.orders.models import OrderLine as LineRow
from apps.orders.models import Shipment as ShipmentRow
from apps.payments import api as payments
from apps.persistence.databases import alias_for
from apps.persistence.moments import midnight
from apps.persistence.statements import columns_of, fetch_all, read_row
from apps.web import tokens
from apps.web.pagination import PageParams, paginate

MOST_FOUND: Final = 1000
# Of a shorter word only the beginning is found: the rest of it has no trigram.
_LETTERS_OF_A_TRIGRAM: Final = 3
_NEWEST_FIRST = ("-placed_at", "-id")
_ORDER_COLUMNS = len(OrderRow._meta.concrete_fields)
_ORDER = f"""
    SELECT {columns_of(OrderRow, prefix="one")}, {columns_of(OrderContact, prefix="contact")}
    FROM orders_order one JOIN orders_ordercontact contact ON contact.order_id = one.id WHERE one.id = %s
"""  # noqa: S608 - our own names, no input
_LINES = f"SELECT {columns_of(LineRow, prefix='line')} FROM orders_orderline line WHERE order_id = %s ORDER BY position"  # noqa: S608
# Those whose goods were paid for and have not all come back.
_SOLD = (OrderStatus.PROCESSING.value, OrderStatus.SHIPPED.value, OrderStatus.DELIVERED.value)


def find_order_by_cart(*, cart_id: UUID) -> UUID | None:
    return OrderRow.objects.filter(cart_id=cart_id).values_list("id", flat=True).first()


def may_see(row: OrderRow, viewer: Viewer) -> bool:
    """Staff see every order, a customer their own, a guest the one whose token they hold."""
    if viewer.is_staff:
        return True
    if row.customer_id is not None and row.customer_id == viewer.customer_id:
        return True
    return bool(viewer.order_token) and tokens.read(viewer.order_token, purpose="order") == str(row.pk)


def require_visible(row: OrderRow | None, viewer: Viewer) -> OrderRow:
    """Return the row, or raise OrderNotFound where it is none of the viewer's business."""
    if row is None or not may_see(row, viewer):
        raise OrderNotFound("There is no such order, or it is not yours.")
    return row


def get_order(*, order_id: UUID, viewer: Viewer) -> Order:
    alias, found = alias_for("orders"), fetch_all("orders", _ORDER, [order_id])
    row = require_visible(read_row(OrderRow, found[0][:_ORDER_COLUMNS], using=alias) if found else None, viewer)
    contact = read_row(OrderContact, found[0][_ORDER_COLUMNS:], using=alias)
    lines = [read_row(LineRow, line, using=alias) for line in fetch_all("orders", _LINES, [order_id])]
    return to_contract(row, contact=contact, lines=lines, shipments=_shipments(row))


def get_order_state(*, order_id: UUID, viewer: Viewer) -> OrderState:
    rows = OrderRow.objects.only("customer_id", "version", "status")
    row = require_visible(rows.filter(pk=order_id).first(), viewer)
    return OrderState(version=row.version, status=OrderStatus(row.status))


def _shipments(row: OrderRow) -> list[ShipmentRow]:
    if not row.shipped_count:
        return []
    parcels = ShipmentRow.objects.filter(order=row).annotate(label_kind=F("label__kind"))
    return list(parcels.prefetch_related("lines"))


def to_contract(
    row: OrderRow, *, contact: OrderContact, lines: Sequence[LineRow], shipments: Sequence[ShipmentRow]
) -> Order:
    """Build the published order of its rows."""
    shipped = _shipped_by_line(line for shipment in shipments for line in shipment.lines.all())
    return Order(
        id=row.pk,
        number=row.number,
        version=row.version,
        customer_id=row.customer_id,
        email=contact.email,
        status=OrderStatus(row.status),
        payment_status=OrderPaymentStatus(row.payment_status),
        fulfilment_status=FulfilmentStatus(row.fulfilment_status),
        lines=tuple(_line(line, shipped=shipped.get(line.pk, 0)) for line in lines),
        subtotal=row.subtotal,
        discount=row.discount,
        shipping=row.shipping,
        tax=row.tax,
        total=row.total,
        paid=row.paid,
        refunded=row.refunded,
        prices_include_tax=row.prices_include_tax,
        shipping_method_name=row.shipping_method_name,
        shipping_address=codec.decode(Address, contact.shipping_address),
        billing_address=codec.decode(Address, contact.billing_address),
        shipments=tuple(_shipment(shipment) for shipment in shipments),
        placed_at=row.placed_at,
        payment_deadline=row.payment_deadline if row.status == OrderStatus.AWAITING_PAYMENT.value else None,
        language=contact.language,
    )


def _shipped_by_line(lines: Iterable[ShipmentLine]) -> dict[UUID, int]:
    shipped: dict[UUID, int] = {}
    for line in lines:
        shipped[line.line_id] = shipped.get(line.line_id, 0) + line.quantity
    return shipped


def _line(line: LineRow, *, shipped: int) -> OrderLine:
    return OrderLine(
        id=line.pk,
        variant_id=line.variant_id,
        product_id=line.product_id,
        sku=line.sku,
        title=line.title,
        options=dict(line.options),
        quantity=line.quantity,
        shipped=shipped,
        unit_price=line.unit_price,
        line_total=line.line_total,
        tax=line.tax,
        tax_rate=line.tax_rate,
        image_url=line.image_url,
        sold_title=line.sold_title or line.title,
        sold_options=dict(line.sold_options or line.options),
    )


def _shipment(row: ShipmentRow) -> Shipment:
    kind = vars(row)["label_kind"]
    return Shipment(
        id=row.pk,
        tracking_number=row.tracking_number,
        carrier=row.carrier,
        tracking_url=row.tracking_url,
        lines=_shipped_by_line(row.lines.all()),
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        label=LabelKind(kind) if kind else None,
    )


def get_label(*, order_id: UUID, shipment_id: UUID) -> Label:
    parcel = ShipmentRow.objects.select_related("order").filter(pk=shipment_id, order_id=order_id).first()
    if parcel is None:
        raise ShipmentNotFound(f"Order {order_id} has no parcel {shipment_id}.")
    kept = ShipmentLabel.objects.filter(shipment=parcel).first()
    if kept is None:
        raise LabelNotFound("No label is kept for this parcel.")
    name = f"label-{parcel.order.number}.{kept.kind}"
    return Label(kind=LabelKind(kept.kind), content=bytes(kept.content), file_name=name)


def get_contact(*, order_id: UUID) -> Contact:
    row = OrderContact.objects.filter(pk=order_id).first()
    if row is None:
        raise OrderNotFound(f"There is no order {order_id}.")
    return Contact(
        email=row.email,
        language=row.language,
        shipping_address=codec.decode(Address, row.shipping_address),
        billing_address=codec.decode(Address, row.billing_address),
    )


def get_history(*, order_id: UUID) -> tuple[HistoryEntry, ...]:
    return tuple(_history_entry(event) for event in OrderEvent.objects.filter(order_id=order_id))


def _history_entry(event: OrderEvent) -> HistoryEntry:
    fact = history.read_fact(event.type, event.data)
    return HistoryEntry(
        version=event.version,
        type=event.type,
        at=event.at,
        actor=event.actor,
        detail=telling.describe(fact),
        detail_without_amounts=telling.describe_without_amounts(fact),
        data=event.data,
    )


def get_tracking(*, order_id: UUID, viewer: Viewer) -> Tracking:
    row = require_visible(OrderRow.objects.filter(pk=order_id).first(), viewer)
    return Tracking(
        status=OrderStatus(row.status),
        events=get_history(order_id=order_id),
        shipments=tuple(_shipment(shipment) for shipment in _shipments(row)),
    )


def list_orders(*, customer_id: UUID, params: PageParams) -> Page[OrderSummary]:
    rows = OrderRow.objects.filter(customer_id=customer_id)
    return _page(rows, params)


def search_orders(*, query: str, filters: OrderFilters, params: PageParams) -> Page[OrderSummary]:
    rows = OrderRow.objects.all()
    if query.strip():
        rows = rows.filter(matching(query))
    for name in ("status", "payment_status", "fulfilment_status"):
        if wanted := getattr(filters, name):
            rows = rows.filter(**{name: wanted.value})
    if filters.buyer:
        rows = rows.filter(_of_buyer(filters.buyer))
    return _page(_between(rows, filters.placed_after, filters.placed_before), params)


def matching(query: str) -> Q:
    """Return the orders that a number, e-mail address, SKU, tracking number or a provider's id names, each of them whole;

    where there are none, the newest `MOST_FOUND` that have each word as a part of the buyer's name or address.
    """
    text = query.strip().replace("\0", "")
    named = _named(text)
    return named if OrderRow.objects.filter(named).exists() else _of_buyer_like(text)


def _of_buyer_like(text: str) -> Q:
    # Ids grow with time, so these are the newest: counting and sorting what a common word finds would read every order.
    rows = OrderContact.objects.alias(words=BUYER_WORDS).order_by("-pk")
    for word in text.split():
        rows = rows.filter(words__icontains=word if len(word) >= _LETTERS_OF_A_TRIGRAM else f" {word}")
    return Q(pk__in=rows.values_list("pk")[:MOST_FOUND])


def _named(text: str) -> Q:
    """Look every kind up by its own index and unite the results: one OR over all of them would read every order."""
    found = (
        OrderRow.objects.filter(number=text.removeprefix("#")).values_list("pk"),
        OrderContact.objects.filter(email=text.lower()).values_list("order_id"),
        LineRow.objects.filter(sku=text).values_list("order_id"),
        ShipmentRow.objects.filter(tracking_number=text).exclude(tracking_number="").values_list("order_id"),
        OrderRow.objects.filter(pk__in=payments.find_order_ids(reference=text)).values_list("pk"),
    )
    return Q(pk__in=found[0].union(*found[1:]))


def _of_buyer(buyer: Buyer) -> Q:
    by_email = OrderContact.objects.filter(email=buyer.email).values_list("order_id")
    if buyer.customer_id is None:
        return Q(pk__in=by_email)
    return Q(pk__in=by_email.union(OrderRow.objects.filter(customer_id=buyer.customer_id).values_list("pk")))


def _between(rows: QuerySet[OrderRow], after: datetime | None, before: datetime | None) -> QuerySet[OrderRow]:
    if after:
        rows = rows.filter(placed_at__gte=after)
    return rows.filter(placed_at__lt=before) if before else rows


def _page(rows: QuerySet[OrderRow], params: PageParams) -> Page[OrderSummary]:
    return paginate(rows.select_related("contact"), params=params, order=_NEWEST_FIRST, map=_summary)


def _summary(row: OrderRow) -> OrderSummary:
    return OrderSummary(
        id=row.pk,
        number=row.number,
        email=row.contact.email,
        status=OrderStatus(row.status),
        payment_status=OrderPaymentStatus(row.payment_status),
        fulfilment_status=FulfilmentStatus(row.fulfilment_status),
        total=row.total,
        item_count=row.item_count,
        placed_at=row.placed_at,
    )


def get_statistics(*, since: datetime | None = None, buyer: Buyer | None = None) -> Statistics:
    rows = _between(OrderRow.objects.all(), since, None)
    rows = rows.filter(_of_buyer(buyer)) if buyer else rows
    by_currency = (
        rows.order_by()
        .values("total_currency")
        .annotate(
            orders=Count("id"),
            orders_paid=Count("id", filter=Q(paid_amount__gt=0)),
            orders_cancelled=Count("id", filter=Q(status=OrderStatus.CANCELLED.value)),
            kept=Sum("paid_amount") - Sum("refunded_amount"),
        )
        .values_list("total_currency", "orders", "orders_paid", "orders_cancelled", "kept")
    )
    counted = list(by_currency)
    return Statistics(
        placed=sum(row[1] for row in counted),
        paid=sum(row[2] for row in counted),
        cancelled=sum(row[3] for row in counted),
        revenue={row[0]: Money(row[4], row[0]) for row in counted},
    )


def list_days_of_sales(*, first: date, last: date) -> tuple[DayOfSales, ...]:
    day = Cast(F("placed_at__date"), DateField())
    rows = OrderRow.objects.filter(placed_at__gte=midnight(first), placed_at__lt=midnight(last + timedelta(days=1)))
    grouped = (
        rows.order_by()
        .annotate(day=day)
        .values("day", "total_currency")
        .annotate(orders=Count("id"), kept=Sum("paid_amount") - Sum("refunded_amount"))
        .values_list("day", "total_currency", "orders", "kept")
    )
    placed: dict[date, int] = defaultdict(int)
    revenue: dict[date, dict[str, Money]] = defaultdict(dict)
    for found, currency, count, kept in grouped:
        placed[found] += count
        revenue[found][currency] = Money(kept, currency)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(DayOfSales(day=each, placed=placed[each], revenue=revenue[each]) for each in days)


def count_waiting_orders() -> WaitingOrders:
    rows = OrderRow.objects.filter(status__in=WAITING_STATUSES).order_by()
    # Only columns of the index of waiting orders: nothing else of them is read.
    counted = rows.annotate(day=F("placed_at__date")).values("status", "day").annotate(orders=Count("status"))
    by_day: dict[str, dict[date, int]] = defaultdict(dict)
    for status, day, count in counted.values_list("status", "day", "orders"):
        by_day[status][day] = count
    unpaid, to_ship = by_day[OrderStatus.AWAITING_PAYMENT.value], by_day[OrderStatus.PROCESSING.value]
    return WaitingOrders(
        awaiting_payment=sum(unpaid.values()),
        to_ship=sum(to_ship.values()),
        awaiting_payment_by_day=unpaid,
        to_ship_by_day=to_ship,
    )


def list_best_sellers(*, since: datetime, limit: int) -> tuple[BestSeller, ...]:
    sold = LineRow.objects.filter(order__placed_at__gte=since, order__status__in=_SOLD).order_by()
    summed = sold.values("product_id").annotate(items=Sum("quantity"), name=Max("title"), picture=Max("image_url"))
    rows = summed.order_by("-items", "product_id").values_list("product_id", "name", "picture", "items")
    return tuple(
        BestSeller(product_id=product_id, title=name, image_url=picture, sold=items)
        for product_id, name, picture, items in rows[:limit]
    )
