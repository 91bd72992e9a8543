"""Sample orders, made by the services a shopper and the staff use, with the kernel's clock held where each thing is to have happened.

What has been made is found by its buyer and its moment, so a second run goes on where the first one stopped and doubles nothing. How far
the held clock reaches, and what keeps the time of the run, is told in docs/demo.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from uuid import UUID

from django.utils.crypto import salted_hmac

from apps.accounts import api as accounts
from apps.backoffice.demo.plan import Fate, Person, SampleOrder
from apps.catalog import api as catalog
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel import clock
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.payments import api as payments
from apps.web.pagination import PageParams

ACTOR = "sample orders"
_CARRIER = "DHL"
# Refunds go through the provider and the saga at their own time: only an order that just arrived is sent back today.
_RETURN_WINDOW = timedelta(days=14)


@dataclass(slots=True)
class Outcome:
    """How many orders a run has made, how many it had to leave out because the shop no longer sells what they name, and how many
    are yet to come.
    """

    made: int = 0
    skipped: int = 0
    later: int = 0


def make_orders(plan: Sequence[SampleOrder], *, settle: Callable[[Callable[[], int]], None]) -> Outcome:
    """Make the orders of a plan whose time has come, and bring all of them to where they should be by now.

    `settle` is called with what counts the orders that still wait, and returns when none does: the money of an order is its saga's to
    record, in a worker.
    """
    outcome, under_way = Outcome(), []
    for sample in plan:
        if sample.placed_at >= clock.now():
            outcome.later += 1
            continue
        order_id = _find(sample)
        if order_id is None:
            order_id = _place(sample)
            outcome.made += order_id is not None
            outcome.skipped += order_id is None
            _abandon(sample)
        if order_id:
            under_way.append((sample, order_id))
    waiting = [order_id for sample, order_id in under_way if _pay(sample, order_id)]
    settle(lambda: sum(_status(order_id) is orders.OrderStatus.AWAITING_PAYMENT for order_id in waiting))
    for sample, order_id in under_way:
        _fulfil(sample, order_id)
    return outcome


def _find(sample: SampleOrder) -> UUID | None:
    """Return the order that was made of a sample. In older shops each has its own "name+number@" of the buyer's address."""
    at, mailbox = sample.placed_at, _mailbox(sample.person.email)
    filters = orders.OrderFilters(placed_after=at, placed_before=at + timedelta(seconds=1))
    found = orders.search_orders(filters=filters, params=PageParams(limit=100)).items
    return next((order.id for order in found if order.placed_at == at and _mailbox(order.email) == mailbox), None)


def _mailbox(email: str) -> str:
    return email.partition("@")[0].partition("+")[0]


def _place(sample: SampleOrder) -> UUID | None:
    """Fill a cart and check out; None where the catalogue or the stock has moved on."""
    lines = list(_known_lines(sample))
    if not lines:
        return None
    owner = _open_cart(sample.person)
    try:
        for variant_id, quantity in lines:
            owner = _with_token(owner, _add(owner, sample, variant_id, quantity))
        return _check_out(owner, sample)
    except (inventory.InsufficientStock, checkout.NotSoldInCurrency, checkout.CheckoutIncomplete):
        return None


def _abandon(sample: SampleOrder) -> None:
    """Leave the carts of those who looked at the same, that day, and did not order."""
    for (variant_id, _quantity), _each in zip(cycle(_known_lines(sample)), range(sample.abandoned_carts), strict=False):
        with suppress(checkout.NotSoldInCurrency):
            _add(checkout.CartOwner(), sample, variant_id, 1)


def _known_lines(sample: SampleOrder) -> Iterator[tuple[UUID, int]]:
    for sku, quantity in sample.lines:
        try:
            variant = catalog.get_variant_by_sku(sku=sku)
        except catalog.VariantNotFound:
            continue
        yield variant.id, quantity


def _add(owner: checkout.CartOwner, sample: SampleOrder, variant_id: UUID, quantity: int) -> checkout.Cart:
    return checkout.add_item(owner=owner, variant_id=variant_id, quantity=quantity, currency=sample.person.currency)


def _with_token(owner: checkout.CartOwner, cart: checkout.Cart) -> checkout.CartOwner:
    return owner if owner.customer_id else checkout.CartOwner(token=cart.token)


def _open_cart(person: Person) -> checkout.CartOwner:
    """Return whose cart it is, emptied of what an interrupted run left in it."""
    if not person.has_account:
        return checkout.CartOwner()
    owner = checkout.CartOwner(customer_id=_account_of(person))
    if checkout.get_cart(owner=owner).items:
        checkout.clear_cart(owner=owner)
    return owner


def _account_of(person: Person) -> UUID:
    """Return the person's account; its password is known to nobody, and the same on every run."""
    password = salted_hmac("northfold sample customer", person.email).hexdigest()
    try:
        return accounts.authenticate_customer(email=person.email, password=password).id
    except accounts.InvalidCredentials:
        given = person.address
        return accounts.register_customer(
            email=person.email, password=password, first_name=given.first_name, last_name=given.last_name
        ).id


def _check_out(owner: checkout.CartOwner, sample: SampleOrder) -> UUID | None:
    given = checkout.CheckoutChanges(email=sample.person.email, shipping_address=sample.person.address)
    checkout.update_checkout(owner=owner, changes=given)
    offered = checkout.list_shipping_options(owner=owner)
    if not offered:
        return None
    checkout.update_checkout(owner=owner, changes=checkout.CheckoutChanges(shipping_method_id=offered[0].id))
    scope = messaging.IdempotencyScope(caller=ACTOR, route="load_sample_orders", key=sample.key, fingerprint="")
    with clock.frozen(sample.placed_at):
        placed = checkout.place_order(owner=owner, expected_total=None, scope=scope, encode=_answer)
    return UUID(placed.answer.body["order_id"])


def _answer(order: orders.Order, token: str) -> messaging.StoredAnswer:
    return messaging.StoredAnswer(status=201, body={"order_id": str(order.id)})


def _viewer() -> orders.Viewer:
    return orders.Viewer(is_staff=True, actor=ACTOR)


def _status(order_id: UUID) -> orders.OrderStatus:
    return orders.get_order_state(order_id=order_id, viewer=_viewer()).status


def _pay(sample: SampleOrder, order_id: UUID) -> bool:
    """Choose to pay by bank transfer, and let the money arrive or the buyer give up; return whether the saga has the order now."""
    if _status(order_id) is not orders.OrderStatus.AWAITING_PAYMENT:
        return False
    at = sample.placed_at + sample.paid_after
    if at > clock.now():
        return False
    if any(payment.captured for payment in payments.list_payments(order_id=order_id)):
        return True
    with clock.frozen(at):
        try:
            payment = orders.start_payment(order_id=order_id, viewer=_viewer(), provider="manual")
        except orders.NotPayable:
            return False
        if sample.fate is not Fate.UNPAID:
            payments.record_manual_payment(payment_id=payment.id, actor=ACTOR)
            return True
    _give_up(sample, order_id)
    return False


def _give_up(sample: SampleOrder, order_id: UUID) -> None:
    at = sample.placed_at + sample.delivered_after
    if at < clock.now():
        with clock.frozen(at):
            orders.cancel_order(order_id=order_id, viewer=_viewer(), reason="customer")


def _fulfil(sample: SampleOrder, order_id: UUID) -> None:
    order = orders.get_order(order_id=order_id, viewer=_viewer())
    now, shipped, delivered = clock.now(), *_parcel_times(sample)
    if order.status is orders.OrderStatus.PROCESSING and shipped < now and not order.shipments:
        order = _ship(sample, order, shipped)
    if order.status is orders.OrderStatus.SHIPPED and delivered < now:
        with clock.frozen(delivered):
            order = orders.deliver_order(order_id=order_id, actor=ACTOR)
    if sample.fate is Fate.REFUNDED and _is_refundable(order, since=delivered):
        amount = order.lines[0].unit_price if len(order.lines) > 1 else None
        orders.refund_order(order_id=order_id, amount=amount, reason="returned", reference=ACTOR, actor=ACTOR)


def _parcel_times(sample: SampleOrder) -> tuple[datetime, datetime]:
    return sample.placed_at + sample.shipped_after, sample.placed_at + sample.delivered_after


def _ship(sample: SampleOrder, order: orders.Order, at: datetime) -> orders.Order:
    """Send a parcel; of a partial order with several lines the first line only."""
    part = sample.fate is Fate.PARTIAL and len(order.lines) > 1
    with clock.frozen(at):
        return orders.ship_order(
            order_id=order.id,
            lines={order.lines[0].id: order.lines[0].quantity} if part else None,
            tracking_number=f"00340434{order.number:0>12}",
            carrier=_CARRIER,
            actor=ACTOR,
            reference=ACTOR,
        )


def _is_refundable(order: orders.Order, *, since: datetime) -> bool:
    return order.status is orders.OrderStatus.DELIVERED and clock.now() - since < _RETURN_WINDOW
