"""Turning a complete, priced draft into an order, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from apps.kernel import clock, codec
from apps.messaging import api as messaging
from apps.orders import selectors
from apps.orders.contracts import DraftLine, Order, OrderDraft
from apps.orders.errors import AlreadyPlaced
from apps.orders.events import OrderedItem
from apps.orders.history import Placed
from apps.orders.models import Order as OrderRow
from apps.orders.models import OrderContact, OrderLine, OrderSaga, SagaStep
from apps.orders.services.recording import begin_history
from apps.orders.services.steps import StepKind
from apps.persistence.statements import broken_constraint, fetch_all
from apps.web import tokens

Encode = Callable[[Order, str], messaging.StoredAnswer]
TOKEN_DAYS = 400
_ONCE_PER_CART = "orders_order_once_per_cart"


def first_payment_seconds() -> int:
    """Return how long an order waits for its money before the buyer has chosen how to pay: the shortest deadline."""
    return min(settings.PAYMENT_DEADLINE_SECONDS.values())


def place_order(
    *, draft: OrderDraft, order_id: UUID, scope: messaging.IdempotencyScope | None, encode: Encode
) -> tuple[Order, str]:
    number, now = _next_number()
    try:
        return _place(draft=draft, order_id=order_id, number=number, now=now, scope=scope, encode=encode)
    except IntegrityError as error:
        if broken_constraint(error) != _ONCE_PER_CART:
            raise
        placed = selectors.find_order_by_cart(cart_id=draft.cart_id)
        if placed is None:
            raise
        raise AlreadyPlaced(placed) from error


@messaging.statement
def _place(
    *,
    draft: OrderDraft,
    order_id: UUID,
    number: str,
    now: datetime,
    scope: messaging.IdempotencyScope | None,
    encode: Encode,
) -> tuple[Order, str]:
    """Write the order, all that belongs to it, its event and the answer to the request."""
    row = OrderRow(id=order_id)
    lines = [_line(row, position, line) for position, line in enumerate(draft.lines)]
    contact = OrderContact(
        order_id=order_id,
        email=draft.email.lower(),
        language=draft.language,
        shipping_address=codec.encode(draft.shipping_address),
        billing_address=codec.encode(draft.billing_address),
    )
    fact = _fact(draft, number=number, now=now)
    steps = _free_order_steps(row, draft)
    saga = OrderSaga(order_id=order_id, next_run_at=now if steps else fact.payment_deadline)
    entry, event = begin_history(row, fact, actor=_actor(draft))
    order = selectors.to_contract(row, contact=contact, lines=lines, shipments=[])
    token = "" if draft.customer_id else tokens.sign(subject=str(order_id), purpose="order", days=TOKEN_DAYS)
    messaging.publish(
        event,
        version=row.version,
        alongside=([row], lines, [contact], [entry], [saga], steps),
        answer=(scope, encode(order, token)) if scope else None,
    )
    return order, token


def _next_number() -> tuple[str, datetime]:
    """Return a new order number and the database's time."""
    ((number, now),) = fetch_all("orders", "SELECT nextval('orders_order_number'), statement_timestamp()")
    return str(number), now


def _actor(draft: OrderDraft) -> str:
    return f"customer:{draft.customer_id}" if draft.customer_id else "guest"


def _fact(draft: OrderDraft, *, number: str, now: datetime) -> Placed:
    return Placed(
        number=number,
        cart_id=draft.cart_id,
        customer_id=draft.customer_id,
        items=tuple(_item(line) for line in draft.lines),
        subtotal=draft.subtotal,
        discount=draft.discount,
        shipping=draft.shipping,
        tax=draft.tax,
        total=draft.total,
        prices_include_tax=draft.prices_include_tax,
        shipping_method_id=draft.shipping_method_id,
        shipping_method_name=draft.shipping_method_name,
        reservation=draft.reservation,
        placed_at=clock.held() or now,
        payment_deadline=now + timedelta(seconds=first_payment_seconds()),
    )


def _item(line: DraftLine) -> OrderedItem:
    return OrderedItem(
        variant_id=line.variant_id,
        product_id=line.product_id,
        sku=line.sku,
        quantity=line.quantity,
        line_total=line.line_total,
    )


def _line(row: OrderRow, position: int, line: DraftLine) -> OrderLine:
    found = OrderLine(
        order_id=row.pk,
        position=position,
        variant_id=line.variant_id,
        product_id=line.product_id,
        sku=line.sku,
        title=line.title,
        options=list(line.options.items()),
        sold_title=line.sold_title if line.sold_title != line.title else "",
        sold_options=list(line.sold_options.items()) if line.sold_options != line.options else [],
        quantity=line.quantity,
        tax_rate=line.tax_rate,
        requires_shipping=line.requires_shipping,
        image_url=line.image_url,
    )
    found.unit_price, found.line_total = line.unit_price, line.line_total
    found.discount, found.tax = line.discount, line.tax
    return found


def _free_order_steps(row: OrderRow, draft: OrderDraft) -> list[SagaStep]:
    """Return the step that settles an order which costs nothing, with the order itself in the place of a payment."""
    if draft.total:
        return []
    row_id = str(row.pk)
    data = {"payment_id": row_id, "amount": codec.encode(draft.total)}
    return [SagaStep(order=row, kind=StepKind.SETTLE_PAYMENT.value, reference=row_id, data=data)]
