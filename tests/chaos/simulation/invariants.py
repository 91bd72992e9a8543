"""What must hold whenever nothing is left to do, whoever died and whatever was lost on the way.

Most of it is asked of the tables and of the provider's own ledger, by SQL of our own; the shop's audits look as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core import mail

from apps.messaging import audits, work
from tests.chaos.simulation.world import World

_UNDONE = {
    "events that never left the outbox": "SELECT id FROM messaging_outboxmessage WHERE published_at IS NULL",
    "messages that are not applied": "SELECT consumer, key FROM messaging_inboxmessage WHERE done_at IS NULL",
    "messages out of order or twice": """
        SELECT consumer, key, array_agg(version) FROM messaging_inboxmessage
        GROUP BY consumer, key HAVING count(*) <> count(DISTINCT version)""",
    "steps of a saga that are not done": "SELECT order_id, kind FROM orders_sagastep WHERE done_at IS NULL",
    "variants whose stock is not what moved": """
        SELECT variant_id, sum(on_hand), (SELECT sum(quantity) FROM inventory_stockmovement moved
                                          WHERE moved.variant_id = level.variant_id)
        FROM inventory_stocklevel level GROUP BY variant_id
        HAVING sum(on_hand) <> (SELECT sum(quantity) FROM inventory_stockmovement moved WHERE moved.variant_id = level.variant_id)""",
    "variants that promise what nobody holds": """
        SELECT variant_id, sum(reserved), coalesce(held, 0) FROM inventory_stocklevel level LEFT JOIN (
            SELECT variant_id, sum(quantity - shipped) AS held FROM inventory_reservationline
            JOIN inventory_stockreservation ON reference = reservation_id WHERE status IN ('reserved', 'allocated')
            GROUP BY variant_id) promised USING (variant_id)
        GROUP BY variant_id, held HAVING sum(reserved) <> coalesce(held, 0)""",
    "variants that are oversold": "SELECT variant_id FROM inventory_stocklevel WHERE reserved > on_hand OR reserved < 0",
    "stock held for no order that needs it": """
        SELECT reference, held.status FROM inventory_stockreservation held
        LEFT JOIN orders_order o ON o.reservation = held.reference
        WHERE held.status IN ('reserved', 'allocated')
          AND (o.status IS NULL OR o.status IN ('cancelled', 'refunded')
               OR (o.status <> 'awaiting_payment' AND held.status = 'reserved'))""",
    "histories with gaps": """
        SELECT order_id, array_agg(version) FROM orders_orderevent GROUP BY order_id
        HAVING count(*) <> max(version) OR min(version) <> 1""",
    "orders that were placed, paid, cancelled or delivered twice": """
        SELECT order_id, type FROM orders_orderevent WHERE type IN ('placed', 'paid', 'cancelled', 'delivered')
        GROUP BY order_id, type HAVING count(*) > 1""",
    "orders that were paid and cancelled for want of payment": """
        SELECT order_id FROM orders_orderevent GROUP BY order_id
        HAVING bool_or(type = 'paid') AND bool_or(type = 'cancelled' AND data ->> 'reason' IN ('payment_deadline', 'out_of_stock'))""",
    "orders whose cart is open still": """
        SELECT o.id FROM orders_order o JOIN checkout_cart cart ON cart.id = o.cart_id WHERE cart.status = 'open'""",
    "refunds that are not decided": """
        SELECT refund.id, kind FROM payments_refund refund JOIN payments_payment payment ON payment.id = payment_id
        WHERE refund.status = 'pending' AND kind <> 'manual'""",
    "payments that hold other money than their order says": """
        SELECT o.id, o.status, sum(captured_total - refunded_total), o.paid_amount - o.refunded_amount
        FROM orders_order o JOIN payments_payment payment ON payment.order_id = o.id
        GROUP BY o.id HAVING sum(captured_total - refunded_total) <> o.paid_amount - o.refunded_amount""",
    "ended orders that kept money": """
        SELECT id, status FROM orders_order WHERE status IN ('cancelled', 'refunded') AND paid_amount <> refunded_amount""",
    "orders that were paid another sum than they cost": """
        SELECT id FROM orders_order WHERE status <> 'cancelled' AND paid_amount NOT IN (0, total_amount)
           OR status IN ('processing', 'shipped', 'delivered') AND paid_amount <> total_amount""",
    "payments that can be paid although their order ended": """
        SELECT payment.id, payment.status FROM payments_payment payment JOIN orders_order o ON o.id = order_id
        WHERE o.status IN ('cancelled', 'refunded') AND payment.status NOT IN ('succeeded', 'cancelled', 'failed')""",
}
# What a fact of an order is told by mail as.
_TOLD = ("placed", "paid", "shipped", "cancelled", "refunded")
_FACTS = """
    SELECT type, count(*) FROM orders_orderevent WHERE type = ANY(%s) GROUP BY type
    UNION ALL SELECT 'transfer', count(*) FROM payments_payment WHERE provider = 'manual' HAVING count(*) > 0"""
_MAILS = "SELECT kind, count(*), count(DISTINCT message_id), bool_and(sent_at IS NOT NULL) FROM notifications_outboundmail GROUP BY kind"
_LEDGER = """
    SELECT kind, reference, (amount_amount * 100)::bigint, count(*) FROM payments_paymenttransaction
    WHERE provider = 'stripe' AND kind <> 'void' GROUP BY 1, 2, 3
"""


def violations(world: World) -> list[str]:
    """Return a sentence for everything that does not hold; empty in a sound shop."""
    return [
        *_undone(world),
        *_unfinished_work(world),
        *_untold_money(world),
        *_double_calls(world),
        *_mails(world),
        *_audited(),
    ]


def _undone(world: World) -> Iterator[str]:
    for what, sql in _UNDONE.items():
        if found := world.database.fetch(sql):
            yield f"{what}: {found}"


def _unfinished_work(world: World) -> Iterator[str]:
    for driver in work.drivers():
        table = driver.model._meta.db_table
        sql = f"SELECT id, attempts, last_error FROM {table} WHERE parked_at IS NOT NULL OR next_run_at <= %s"
        if found := world.database.fetch(sql, [world.clock.now]):
            yield f"work of {driver.name} is parked or left: {found}"


def _untold_money(world: World) -> Iterator[str]:
    """The provider's ledger and ours tell of the same movements, each once."""
    theirs = Counter(
        (line["kind"], line["object"], line["amount"]) for line in world.provider.ledger() if line["kind"] != "void"
    )
    ours = Counter(
        {(kind, reference, amount): count for kind, reference, amount, count in world.database.fetch(_LEDGER)}
    )
    if theirs != ours:
        yield f"the provider moved {sorted(theirs.elements())}, the shop knows of {sorted(ours.elements())}"


def _double_calls(world: World) -> Iterator[str]:
    """What the shop asks for once, the provider has once."""
    for kind, name in (("payment_intent", "payment_id"), ("checkout.session", "payment_id"), ("refund", "refund_id")):
        made = Counter(found["metadata"].get(name) for found in world.provider.objects(kind))
        if twice := {ours: count for ours, count in made.items() if count > 1}:
            yield f"the provider has more than one {kind} for {twice}"
    paid = Counter(line["payment_intent"] for line in world.provider.ledger() if line["kind"] == "charge")
    if twice := [intent for intent, count in paid.items() if count > 1]:
        yield f"charged more than once: {twice}"


def _mails(world: World) -> Iterator[str]:
    facts = dict(world.database.fetch(_FACTS, [list(_TOLD)]))
    for kind, count, distinct, all_sent in world.database.fetch(_MAILS):
        if (count, distinct, all_sent) != (facts.pop(kind, 0), count, True):
            yield f"{count} mails of kind {kind} ({distinct} of them different, all sent: {all_sent})"
    if facts:
        yield f"nobody was told of {facts}"
    sent = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    # Who dies between the mail server's answer and the record of it leaves a mail that is sent again.
    unrecorded = ("mail", "commit notifications_outboundmail")
    spare = sum(f"{place.kind} {place.what}".startswith(unrecorded) for place, _ in world.processes.deaths)
    if sum(count - 1 for count in sent.values()) > spare:
        yield f"mails were sent again and again: {sent.most_common(spare + 1)}"


def _audited() -> Iterator[str]:
    for check in audits.checks():
        for looked in audits.walk(check):
            yield from (f"audit {check.name}: {finding.subject} {finding.detail}" for finding in looked.findings)


def unrepeated_answers(world: World) -> list[str]:
    """Ask again for everything that was acknowledged; return a sentence for each answer that is another one now."""
    found = []
    for asked in world.acknowledged:
        again = world.processes.run(
            lambda asked=asked: asked.client.call(asked.method, asked.path, asked.body, **asked.headers)
        )[1]
        if again is None or (again.status, again.raw) != (asked.answer.status, asked.answer.raw):
            found.append(f"{asked.method} {asked.path}: {asked.answer.raw!r}, then {again and again.raw!r}")
    return found


def ending(world: World) -> dict[str, Any]:
    """Return what must not depend on who died: orders, stock, money, mails."""
    orders = "SELECT status, payment_status, fulfilment_status, paid_amount, refunded_amount FROM orders_order ORDER BY number"
    payments = """
        SELECT provider, kind, status, captured_total, refunded_total FROM payments_payment
        WHERE status <> 'failed' ORDER BY 1, 2, 3, 4"""
    return {
        "orders": world.database.fetch(orders),
        "history": sorted(world.database.fetch("SELECT coalesce(data ->> 'fact', type) FROM orders_orderevent")),
        "stock": world.database.fetch("SELECT on_hand, reserved FROM inventory_stocklevel ORDER BY variant_id"),
        "payments": world.database.fetch(payments),
        "mails": sorted(world.database.fetch("SELECT kind FROM notifications_outboundmail")),
        "money": sorted((line["kind"], line["amount"]) for line in world.provider.ledger()),
    }
