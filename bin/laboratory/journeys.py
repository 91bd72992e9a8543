"""How people buy: each journey is drawn by its weight, and ends in whatever the shop made of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from laboratory.buyers import API, Buyer
from laboratory.caller import Call, Caller
from tests.shop.client import DECLINED

Journey = Callable[[Buyer], None]
JOURNEYS: dict[str, tuple[int, Journey]] = {}


def journey(weight: int) -> Callable[[Journey], Journey]:
    def register(run: Journey) -> Journey:
        JOURNEYS[run.__name__] = (weight, run)
        return run

    return register


@journey(30)
def pays_by_card(buyer: Buyer) -> None:
    if buyer.place():
        buyer.pay()
        sell_after(buyer)


@journey(12)
def pays_on_the_providers_page(buyer: Buyer) -> None:
    if buyer.place():
        buyer.pay_on_page()
        sell_after(buyer)


@journey(10)
def clicks_twice(buyer: Buyer) -> None:
    """The same request several times at once, and the payment's too."""

    def several(call: Call) -> Any:
        count = buyer.dice.randint(2, 4)
        answers = buyer.at_once(*[lambda tab: tab.insist(call)] * count)
        return next((answer for answer in answers if answer is not None and answer.status == 201), answers[0])

    if buyer.place(several):
        payment = buyer.start_payment()
        if payment:
            call = buyer.pay_call(payment, "pm_card_visa")
            buyer.at_once(lambda tab: tab.insist(call), lambda tab: tab.insist(call))
        sell_after(buyer)


@journey(8)
def orders_one_cart_in_two_tabs(buyer: Buyer) -> None:
    """Two keys for one cart."""

    def twice(call: Call) -> Any:
        other = Call(**{**vars(call), "key": str(uuid.uuid4())})
        answers = buyer.at_once(lambda tab: tab.insist(call), lambda tab: tab.insist(other))
        return next((answer for answer in answers if answer is not None and answer.status == 201), answers[0])

    if buyer.place(twice):
        buyer.pay()
        sell_after(buyer)


@journey(8)
def is_declined_first(buyer: Buyer) -> None:
    if buyer.place():
        buyer.pay(card=DECLINED)
        buyer.pay(card="pm_card_mastercard")
        sell_after(buyer)


@journey(6)
def cancels_unpaid(buyer: Buyer) -> None:
    if buyer.place():
        buyer.start_payment()
        buyer.cancel()
        buyer.look()


@journey(6)
def cancels_paid(buyer: Buyer) -> None:
    if buyer.place():
        buyer.pay()
        if buyer.dice.random() < 0.5:
            buyer.wait_for("processing")
        buyer.cancel()
        buyer.wait_for("cancelled")


@journey(5)
def cancels_while_paying(buyer: Buyer) -> None:
    if buyer.place():
        buyer.at_once(lambda tab: buyer.pay(by=tab), lambda tab: buyer.cancel(by=tab))
        buyer.look()


@journey(5)
def pays_in_two_tabs(buyer: Buyer) -> None:
    if buyer.place():
        buyer.at_once(*[lambda tab: buyer.pay(by=tab)] * 2)
        sell_after(buyer)


@journey(5)
def edits_while_ordering(buyer: Buyer) -> None:
    """The cart grows in one tab while it is ordered in another."""

    def edit_too(call: Call) -> Any:
        line = buyer.dice.choice((call.request or {})["lines"])
        body = {"variant_id": line["variant"], "quantity": 1}
        deeds: list[Callable[[Caller], Any]] = [
            lambda tab: tab.insist(call),
            lambda tab: tab.prepare("POST", f"{API}/cart/items", body),
        ]
        return buyer.at_once(*deeds)[0]

    if buyer.place(edit_too):
        buyer.pay()
        sell_after(buyer)


@journey(5)
def walks_away(buyer: Buyer) -> None:
    """Orders and never pays: the deadline ends it."""
    if buyer.place() and buyer.dice.random() < 0.5:
        buyer.start_payment()


def sell_after(buyer: Buyer) -> None:
    """What follows a payment: nothing for most, parcels and money back for some."""
    found = buyer.wait_for("processing")
    if not found or found["status"] != "processing" or buyer.dice.random() > 0.45:
        return
    staff = buyer.people.staff(buyer.caller.name)
    if staff is None or buyer.payment is None:
        return
    found["payment"] = buyer.payment
    deeds = buyer.dice.sample((_ship, _ship_rest, _deliver, _refund_part, _refund_all), k=buyer.dice.randint(1, 3))
    for deed in sorted(deeds, key=(_refund_part, _ship, _ship_rest, _deliver, _refund_all).index):
        deed(staff, found)
    buyer.look()


def _ship(staff: Caller, order: dict[str, Any]) -> None:
    line = staff.dice.choice(order["items"])
    _send_parcel(staff, order, {"lines": {line["id"]: staff.dice.randint(1, line["quantity"])}})


def _ship_rest(staff: Caller, order: dict[str, Any]) -> None:
    _send_parcel(staff, order, {})


def _send_parcel(staff: Caller, order: dict[str, Any], body: dict[str, Any]) -> None:
    path = f"{API}/staff/orders/{order['id']}/shipments"
    call = Call(operation="ship", method="POST", path=path, body=body, request=body, order=order["id"], key=_key())
    if staff.dice.random() < 0.2:
        staff.twin().attempt(call)  # pressed twice
    staff.insist(call)


def _deliver(staff: Caller, order: dict[str, Any]) -> None:
    path = f"{API}/staff/orders/{order['id']}/deliver"
    staff.insist(Call(operation="deliver", method="POST", path=path, body={}, order=order["id"]))


def _refund_part(staff: Caller, order: dict[str, Any]) -> None:
    amount = {**order["total"], "amount": f"{staff.dice.randint(100, 900) / 100:.2f}"}
    _refund(staff, order, {"amount": amount})


def _refund_all(staff: Caller, order: dict[str, Any]) -> None:
    _refund(staff, order, {})


def _refund(staff: Caller, order: dict[str, Any], body: dict[str, Any]) -> None:
    body = {"payment_id": order["payment"], "reason": "damaged", **body}
    path = f"{API}/payments/refund"
    staff.insist(
        Call(operation="refund", method="POST", path=path, body=body, request=body, order=order["id"], key=_key())
    )


def _key() -> str:
    return str(uuid.uuid4())
