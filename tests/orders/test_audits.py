"""The audit finds what is wrong in a living shop, nothing in a sound one, and its repairs heal."""

from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.inventory import api as inventory
from apps.messaging import audits
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.orders import verifying
from apps.payments import api as payments
from tests.orders.making import STAFF, place, stock
from tests.orders.paying import arrive, pay, settle, start

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATE = "statement_timestamp() - interval '2 hours'"


@pytest.fixture(autouse=True)
def _snapshots_inside_a_test(monkeypatch):
    monkeypatch.setattr(verifying, "_snapshot", nullcontext)


@pytest.fixture
def shop():
    """Orders of every kind: under way, delivered and refunded in part, refunded wholly, cancelled, unpaid."""
    made = {}
    for name in ("paid", "delivered", "refunded", "cancelled", "unpaid"):
        made[name], _ = place()
        if name != "unpaid":
            pay(made[name])
    orders.ship_order(order_id=made["delivered"].id, actor="staff:test", reference="parcel")
    settle()
    orders.deliver_order(order_id=made["delivered"].id, actor="staff:test")
    for name, amount in (("delivered", made["delivered"].shipping), ("refunded", None)):
        orders.refund_order(order_id=made[name].id, amount=amount, reason="late", reference="r", actor="staff:test")
    orders.cancel_order(order_id=made["cancelled"].id, viewer=STAFF)
    settle()
    return made


def run(*arguments):
    out = StringIO()
    try:
        call_command("audit", "--patience", "0", *arguments, stdout=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def change(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount


def found():
    """Return all findings, by check."""
    findings = {}
    for check in audits.checks():
        for looked in audits.walk(check):
            if looked.findings:
                findings.setdefault(check.name, []).extend(looked.findings)
    return findings


def heal(finding):
    audits.find_repair(finding.repair).act(finding.subject)
    deliver_all()


def test_a_sound_shop_has_no_findings(shop):
    said = run()

    assert said.endswith("Everything holds.\n")
    assert "orders.history           holds (5 looked at" in said


@pytest.mark.parametrize(
    ("fault", "check", "told"),
    [
        (
            "UPDATE inventory_stocklevel SET on_hand = on_hand + 1",
            "inventory.levels",
            "11 on hand, its movements add up to 10",
        ),
        ("UPDATE inventory_stocklevel SET reserved = reserved + 1", "inventory.levels", "reservations hold"),
        ("DELETE FROM inventory_stocklevel", "inventory.levels", "0 on hand, its movements add up to"),
        ("UPDATE inventory_stockitem SET status = 'out'", "inventory.statuses", "shown as 'out' with"),
        (
            f"UPDATE inventory_stockreservation SET expires_at = {LATE} WHERE status = 'reserved'",
            "inventory.expired",
            "holds stock still",
        ),
        (
            "UPDATE payments_payment SET refunded_total = 1 WHERE status = 'succeeded' AND refunded_total = 0",
            "payments.ledger",
            "1.00 EUR refunded; the ledger",
        ),
        (
            "UPDATE orders_order SET shipped_count = 1 WHERE status = 'processing'",
            "orders.history",
            "its history says 0",
        ),
        (
            "UPDATE inventory_stockreservation SET status = 'allocated' WHERE status = 'released'",
            "orders.stock",
            "it is cancelled, its stock allocated",
        ),
        (
            "UPDATE inventory_reservationline SET quantity = quantity + 1",
            "orders.stock",
            "its lines",
        ),
        (
            "UPDATE orders_order SET payment_deadline = now() - interval '3 hours' WHERE status = 'awaiting_payment'",
            "orders.saga",
            "has had something to do for more than an hour",
        ),
        (
            f"UPDATE messaging_outboxmessage SET published_at = NULL, occurred_at = {LATE}",
            "messaging.published",
            "no relay",
        ),
        (
            f"UPDATE messaging_inboxmessage SET done_at = NULL, occurred_at = {LATE}, due_at = {LATE}",
            "messaging.applied",
            "has not applied",
        ),
        (f"UPDATE orders_ordersaga SET next_run_at = {LATE}", "messaging.work", "orders.drive_saga is late"),
    ],
)
def test_a_fault_is_found_by_its_check(shop, fault, check, told):
    change(fault)

    said = run("--check", check)

    assert told in said
    assert said.rpartition("\n")[2].endswith("findings.")


def test_an_event_that_never_reached_a_listener_is_sent_again(shop):
    change("UPDATE messaging_outboxmessage SET published_at = now() - interval '1 day'")
    # One of several, as a consumer answers for a kind of event from the first it heard.
    change(
        "DELETE FROM messaging_inboxmessage WHERE id = (SELECT id FROM messaging_inboxmessage"
        " WHERE event_type = 'orders.order_placed.v1' ORDER BY occurred_at DESC LIMIT 1)"
    )
    [finding] = found()["messaging.copied"]

    heal(finding)

    assert found() == {}


def test_expired_stock_is_given_back(shop):
    change(f"UPDATE inventory_stockreservation SET expires_at = {LATE} WHERE status = 'reserved'")
    [finding] = found()["inventory.expired"]

    heal(finding)

    assert found() == {}


def test_money_that_the_order_was_never_told_of_pays_it(shop):
    order, _ = place()
    arrive(start(order))
    change("DELETE FROM messaging_outboxmessage WHERE published_at IS NULL")
    [finding] = found()["orders.money"]
    assert "which is neither its own nor given back" in finding.detail

    heal(finding)

    assert found() == {}
    assert orders.get_order(order_id=order.id, viewer=STAFF).status is orders.OrderStatus.PROCESSING


def test_a_refund_that_the_order_was_never_told_of_is_noted(shop):
    refund = orders.refund_order(
        order_id=shop["paid"].id, amount=None, reason="late", reference="all", actor="staff:test"
    )
    payments.record_manual_refund(refund_id=refund.id, actor="staff:test")
    change("DELETE FROM messaging_outboxmessage WHERE published_at IS NULL")
    [finding] = found()["orders.money"]

    heal(finding)

    assert found() == {}
    assert orders.get_order(order_id=shop["paid"].id, viewer=STAFF).status is orders.OrderStatus.REFUNDED


def test_a_saga_that_sleeps_with_something_to_do_is_woken(shop):
    order, _ = place()
    change("UPDATE orders_order SET payment_deadline = now() - interval '3 hours' WHERE id = %s", order.id)
    change("UPDATE orders_ordersaga SET next_run_at = NULL WHERE order_id = %s", order.id)
    [finding] = found()["orders.saga"]
    assert finding.detail == "its saga sleeps with something left to do"

    heal(finding)

    assert "orders.saga" not in found()
    assert orders.get_order(order_id=order.id, viewer=STAFF).status is orders.OrderStatus.CANCELLED


def test_a_parked_saga_gets_its_attempts_back(shop):
    order, _ = place()
    change("UPDATE orders_order SET payment_deadline = now() - interval '3 hours' WHERE id = %s", order.id)
    change("UPDATE orders_ordersaga SET parked_at = now(), attempts = 8 WHERE order_id = %s", order.id)
    [finding] = found()["orders.saga"]

    heal(finding)

    assert orders.get_order(order_id=order.id, viewer=STAFF).status is orders.OrderStatus.CANCELLED


def test_stock_held_for_an_order_that_ended_is_given_back(shop):
    variant_id = stock(5)
    order, _ = place({variant_id: 2})
    pay(order)
    change("UPDATE orders_order SET status = 'cancelled' WHERE id = %s", order.id)
    [finding] = found()["orders.stock"]
    assert finding.repair == "orders.release_stock"

    heal(finding)

    assert "orders.stock" not in found()
    assert inventory.get_availability(variant_ids=[variant_id])[variant_id].available == 5


def test_an_unknown_check_is_named():
    assert "--check orders.nonsense: there is no such check; see --list." in run("--check", "orders.nonsense")


def test_the_list_names_every_check_with_what_holds():
    said = run("--list")

    assert all(check.name in said and check.holds in said for check in audits.checks())
    assert len(said.splitlines()) == len(audits.checks()) >= 12
