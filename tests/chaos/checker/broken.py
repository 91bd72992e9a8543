"""Runs in which one thing went wrong: for every check one, or several, with a word that its witness must hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tests.chaos.checker.folders import Folder

Orders = dict[str, dict[str, Any]]
Spoil = Callable[[Folder, Orders], object]
BROKEN: Final[list[tuple[str, str, Spoil]]] = []


def breaks(check: str, said: str) -> Callable[[Spoil], Spoil]:
    """Register a way to break what `check` holds; `said` must be in its detail or witness."""

    def register(spoil: Spoil) -> Spoil:
        BROKEN.append((check, said, spoil))
        return spoil

    return register


@breaks("no_promise_without_stock", "51 reserved of 50 on hand")
def more_promised_than_there(folder, orders):
    folder.files["snapshots"][0]["levels"][0]["reserved"] = 51


@breaks("no_promise_without_stock", "3 reserved, its live reservations hold 5")
def promised_and_held_differ(folder, orders):
    folder.files["snapshots"][-1]["levels"][0]["reserved"] = 3
    folder.files["snapshots"][-1]["held"] = [{"variant": folder.variant, "quantity": 5}]


@breaks("no_oversell", "6 units sold, 5 were there")
def sold_more_than_opened(folder, orders):
    folder.run["opening_stock"][folder.variant] = 5


@breaks("what_is_there_is_what_is_left", "48 on hand, but 49 in the beginning")
def a_unit_from_nowhere(folder, orders):
    folder.run["opening_stock"][folder.variant] = 49


@breaks("level_is_its_movements_and_reservations", "47 on hand, its movements add up to 48")
def movement_lost(folder, orders):
    folder.level["on_hand"] -= 1


@breaks("level_is_its_movements_and_reservations", "released, 3 held, 0 shipped")
def released_twice(folder, orders):
    folder.level["reserved"] -= 3


@breaks("no_hold_without_need", "allocated, for an order that is cancelled")
def cancelled_order_keeps_its_stock(folder, orders):
    folder.held(orders["returned"])["status"] = "allocated"


@breaks("no_hold_without_need", "for no order")
def orphan_outlives_its_expiry(folder, orders):
    folder.row(
        "inventory_stockreservation", reference="orphan", status="reserved", expires_at=folder.run["ended_at"] - 1500
    )


@breaks("order_holds_its_lines", "holds other stock than its lines")
def holds_too_little(folder, orders):
    folder.only("inventory_reservationline", reservation_id=orders["processing"]["reservation"])["quantity"] = 1


@breaks("order_holds_its_lines", "2 units left by its parcels, 1 by its stock")
def parcel_left_the_stock_in_part(folder, orders):
    folder.only("inventory_reservationline", reservation_id=orders["shipped"]["reservation"])["shipped"] = 1


@breaks("money_fits_the_order", "were kept, 0 are the shop's")
def cancelled_and_never_paid_back(folder, orders):
    mine = orders["returned"]["id"]
    folder.files["ledger"] = [
        line for line in folder.files["ledger"] if (line["order_id"], line["kind"]) != (mine, "refund")
    ]


@breaks("money_fits_the_order", "0 EUR (minor units) were kept, 2500 are the shop's")
def paid_without_money(folder, orders):
    folder.files["ledger"] = [line for line in folder.files["ledger"] if line["order_id"] != orders["processing"]["id"]]


@breaks("money_has_an_order", "900 (minor units) were kept for no order")
def money_of_nobody(folder, orders):
    folder.ledger("charge", "ch_x", 900, {"id": None}, intent="pi_x")


@breaks("ledgers_agree", "only the provider has ('refund'")
def refund_was_not_booked(folder, orders):
    payment = orders["refunded"]["payment_id"]
    folder.tables["payments_paymenttransaction"].remove(
        folder.only("payments_paymenttransaction", payment_id=payment, kind="refund")
    )


@breaks("ledgers_agree", "only the shop has ('charge'")
def a_cent_less_was_taken(folder, orders):
    charge = next(line for line in folder.files["ledger"] if line["order_id"] == orders["processing"]["id"])
    charge["amount"] -= 1


@breaks("balance_is_the_ledger", "refunded 5.00, its ledger 25.00 and 4.00")
def balance_was_written_over(folder, orders):
    folder.only("payments_payment", id=orders["refunded"]["payment_id"])["refunded_total"] = Decimal("5.00")


@breaks("refund_has_ended", "is still on its way")
def refund_hangs(folder, orders):
    folder.tables["payments_refund"][0]["status"] = "pending"


@breaks("no_more_goes_back_than_came", "2500 (minor units) more were given back than taken")
def paid_back_twice(folder, orders):
    refund = next(line for line in folder.files["ledger"] if line["kind"] == "refund")
    folder.files["ledger"].append({**refund, "object": "re_second"})


@breaks("one_capture_per_order", "2 charges")
def charged_twice(folder, orders):
    folder.ledger("charge", "ch_second", 2500, orders["processing"], intent="pi_second")


@breaks("history_is_possible", "shipped of an order that is cancelled")
def shipped_after_it_was_cancelled(folder, orders):
    folder.fact(orders["expired"], "shipped", {"shipment_id": "x", "lines": {"y": 1}})


@breaks("history_is_possible", "event 3 where 2 was due")
def version_skipped(folder, orders):
    folder.only("orders_orderevent", order_id=orders["processing"]["id"], version=2)["version"] = 3


@breaks("history_is_possible", "status is processing, its history says awaiting_payment")
def row_is_ahead_of_its_history(folder, orders):
    event = folder.only("orders_orderevent", order_id=orders["processing"]["id"], version=2)
    folder.tables["orders_orderevent"].remove(event)


@breaks("nothing_is_left_to_do", "step settle_payment")
def step_was_never_done(folder, orders):
    folder.only("orders_sagastep", order_id=orders["processing"]["id"], kind="settle_payment")["done_at"] = None


@breaks("nothing_is_left_to_do", "parked after 8 attempts: boom")
def saga_gave_up(folder, orders):
    folder.saga(orders["processing"]).update(attempts=8, parked_at=folder.now(), last_error="boom")


@breaks("nothing_is_left_to_do", "although its deadline passed")
def deadline_passed_unheard(folder, orders):
    orders["waiting"]["payment_deadline"] = folder.run["ended_at"] - 300


@breaks("what_was_done_is_undone", "release_stock hold-")
def stock_was_never_released(folder, orders):
    step = folder.only("orders_sagastep", order_id=orders["expired"]["id"], kind="release_stock")
    folder.tables["orders_sagastep"].remove(step)


@breaks("what_was_done_is_undone", "was queued without reason")
def refunded_what_was_never_paid(folder, orders):
    folder.step(orders["waiting"], "refund_payment", "nothing")


@breaks("acknowledged_order_exists", "acknowledged, and not there")
def order_lost(folder, orders):
    folder.call("place", status=201, key="lost", order=folder.new_id(), body={})


@breaks("acknowledged_order_exists", "told to cost 1.00 EUR")
def told_another_price(folder, orders):
    line = next(line for line in folder.files["buyers"] if line["phase"] == "ok" and line["operation"] == "place")
    line["body"]["total"] = {"amount": "1.00", "currency": "EUR"}


@breaks("one_key_has_one_answer", "2 requests of one key: told of")
def one_key_two_orders(folder, orders):
    twin = next(line for line in folder.files["buyers"] if line["phase"] == "ok" and line["operation"] == "place")
    second = folder.place(asked=False)
    folder.call("place", key=twin["key"], cart=second["cart_id"], order=second["id"], body=folder.shown(second))


@breaks("one_key_has_one_answer", "answered differently")
def repeat_was_answered_anew(folder, orders):
    first = next(line for line in folder.files["buyers"] if line["phase"] == "ok" and line["operation"] == "place")
    values = {name: first[name] for name in ("key", "cart", "order", "request")}
    folder.call("place", body={**first["body"], "version": 2}, **values)


@breaks("cart_becomes_one_order", "became 2 orders")
def cart_ordered_twice(folder, orders):
    folder.place(asked=False)["cart_id"] = orders["processing"]["cart_id"]


@breaks("cart_becomes_one_order", "although every request was refused")
def refused_and_placed(folder, orders):
    order = folder.place(asked=False)
    folder.call("place", phase="refused", status=409, cart=order["cart_id"])


@breaks("acknowledged_act_happened", "pay was acknowledged, and did not happen")
def told_that_he_paid(folder, orders):
    folder.call("pay", order=orders["waiting"]["id"], body={"status": "succeeded"})


@breaks("acknowledged_act_happened", "cancel was acknowledged, and did not happen")
def told_that_he_cancelled(folder, orders):
    folder.call("cancel", order=orders["waiting"]["id"])


@breaks("acknowledged_act_happened", "refund was acknowledged, and did not happen")
def told_of_a_refund(folder, orders):
    folder.call("refund", order=orders["refunded"]["id"], body={"id": "nowhere"})


@breaks("event_is_published", "was never published")
def event_stayed_in_the_outbox(folder, orders):
    folder.tables["messaging_outboxmessage"][3]["published_at"] = None


@breaks("event_reaches_everyone_once", "never reached checkout.close_cart")
def listener_missed_an_event(folder, orders):
    folder.tables["messaging_inboxmessage"].remove(
        next(row for row in folder.tables["messaging_inboxmessage"] if row["consumer"] == "checkout.close_cart")
    )


@breaks("event_reaches_everyone_once", "reached checkout.close_cart 2 times")
def copied_twice(folder, orders):
    rows = folder.tables["messaging_inboxmessage"]
    rows.append(dict(next(row for row in rows if row["consumer"] == "checkout.close_cart")))


@breaks("event_reaches_everyone_once", "is parked at")
def poisoned(folder, orders):
    folder.tables["messaging_inboxmessage"][0].update(parked_at=folder.now(), done_at=None, last_error="boom")


@breaks("event_is_applied_once", "completed orders.order_placed.v1 2 times")
def applied_twice(folder, orders):
    line = folder.files["applied"][0]
    folder.files["applied"].append({**line, "sequence": next(folder.sequence)})


@breaks("event_is_applied_once", "0 times")
def marked_and_not_applied(folder, orders):
    folder.files["applied"].pop()


@breaks("events_are_applied_in_order", "applied version 1 after version 2")
def applied_out_of_order(folder, orders):
    mine = [
        line
        for line in folder.files["applied"]
        if (line["consumer"], line["key"]) == ("checkout.close_cart", f"orders:{orders['shipped']['id']}")
    ]
    mine[0]["sequence"], mine[1]["sequence"] = mine[1]["sequence"], mine[0]["sequence"]


@breaks("versions_have_no_gap", "published versions [1, 3], of 3")
def change_was_never_told(folder, orders):
    key = f"orders:{orders['shipped']['id']}"
    folder.tables["messaging_outboxmessage"].remove(folder.only("messaging_outboxmessage", key=key, version=2))


@breaks("order_is_published", "no event tells of it")
def order_was_never_told(folder, orders):
    key = f"orders:{orders['waiting']['id']}"
    folder.tables["messaging_outboxmessage"].remove(folder.only("messaging_outboxmessage", key=key))


@breaks("mail_tells_what_happened", "a mail tells that it was paid, and it was not")
def mail_left_before_the_rollback(folder, orders):
    message_id = f"<paid.{orders['waiting']['id']}.2@shop.test>"
    folder.files["mails"].append({"message_id": message_id, "to": "a@b.c", "subject": "Paid", "order": None})


@breaks("mail_was_sent", "was never sent")
def mail_stayed(folder, orders):
    folder.tables["notifications_outboundmail"][0]["sent_at"] = None


@breaks("mail_was_sent", "was sent and never arrived")
def mail_vanished(folder, orders):
    folder.files["mails"].pop(0)


@breaks("watcher_sees_the_order", "saw version 1 after 2")
def socket_went_back(folder, orders):
    seen = [line for line in folder.files["sockets"] if line["order"] == orders["processing"]["id"]]
    seen[0]["version"], seen[1]["version"] = 2, 1


@breaks("watcher_sees_the_order", "last saw version 1")
def socket_fell_silent(folder, orders):
    folder.files["sockets"].pop()


@breaks("total_is_the_sum", "its lines come to 20.00, its subtotal is 30.00")
def total_of_another_cart(folder, orders):
    orders["processing"]["subtotal_amount"] = Decimal("30.00")


@breaks("total_is_the_sum", "its first event tells of")
def lines_changed_afterwards(folder, orders):
    folder.only("orders_orderline", order_id=orders["processing"]["id"]).update(
        quantity=1, line_total_amount=Decimal("10.00")
    )


@breaks("order_is_what_was_asked_for", "agreed to 3.00 EUR")
def other_total_than_agreed(folder, orders):
    line = next(line for line in folder.files["buyers"] if line["phase"] == "invoke" and line["operation"] == "place")
    line["request"] = {**line["request"], "expected_total": {"amount": "3.00", "currency": "EUR"}}


@breaks("order_is_what_was_asked_for", "asked for")
def other_lines_than_asked_for(folder, orders):
    line = next(line for line in folder.files["buyers"] if line["phase"] == "invoke" and line["operation"] == "place")
    line["request"] = {"lines": [{"variant": folder.variant, "quantity": 7}]}


@breaks("one_successor_per_token", "2 of 3 tokens are unused")
def token_was_rotated_twice(folder, orders):
    folder.row("accounts_refreshtoken", id=folder.new_id(), family_id="family", consumed_at=None)


@breaks("reads_go_forward", "version 1 was read after version 2 had been answered")
def read_went_back(folder, orders):
    folder.call(
        "read_order", order=orders["processing"]["id"], body={**folder.shown(orders["processing"]), "version": 1}
    )


@breaks("reads_go_forward", "was not found")
def own_order_was_not_found(folder, orders):
    folder.call("read_order", phase="refused", status=404, order=orders["waiting"]["id"], body=None)


@breaks("versions_mean_one_thing", "status: processing, then shipped")
def version_was_two_things(folder, orders):
    order = orders["processing"]
    folder.call("read_order", order=order["id"], body={**folder.shown(order), "status": "shipped"})


@breaks("versions_mean_one_thing", "version 9 was shown, the order ended at 2")
def version_that_never_was(folder, orders):
    folder.call(
        "read_order", order=orders["processing"]["id"], body={**folder.shown(orders["processing"]), "version": 9}
    )
