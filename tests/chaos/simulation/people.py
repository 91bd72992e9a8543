"""Who acts in the stories: buyers and staff, over the shop's HTTP interface."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.test import Client as DjangoClient

from apps.payments import api as payments
from tests.chaos.simulation.world import World
from tests.checkout.shopping import guest, ready
from tests.flows.mobile import Mobile
from tests.shop.client import DECLINED, VISA, Answer
from tests.shop.client import guest as token_of

_BACK = "http://testserver/checkout/return"
_django = DjangoClient()


def _mobile(**options: str) -> Mobile:
    return Mobile(base="", django=_django, **options)


@dataclass
class Buyer:
    """Somebody with a cart, then an order, then a payment. Every request has a key of its own, by which it is repeated."""

    name: str
    token: str = ""
    cart_token: str = ""
    order: dict[str, Any] = field(default_factory=dict)
    payment: dict[str, Any] = field(default_factory=dict)
    # Part of every key: who tries once more, rather than again, counts.
    attempt: int = 1

    @classmethod
    def with_cart(cls, name: str, *variants: Any, quantity: int = 1, is_customer: bool = False) -> Buyer:
        """Return a buyer whose checkout is filled in."""
        if not is_customer:
            return cls(name, cart_token=ready(*variants, owner=guest(), quantity=quantity).token)
        client = _mobile().register(f"{name}@example.com")
        for variant_id in variants:
            client.add(str(variant_id), quantity)
        client.fill_in(f"{name}@example.com")
        return cls(name, token=client.token)

    def copy(self) -> Buyer:
        return replace(self, order=dict(self.order), payment=dict(self.payment))

    @property
    def client(self) -> Mobile:
        return _mobile(token=self.token, cart_token=self.cart_token)

    def place(self, world: World) -> Answer:
        answer = world.request(self.client, "POST", "/api/v1/orders", {}, key=f"{self.name}-places-{self.attempt}")
        if answer.status == 201:
            self.order = answer.body
        return answer

    def place_once(self, world: World) -> None:
        """Place, and never come back to hear the answer."""
        self._ask_once(world, "/api/v1/orders", {}, f"{self.name}-places-{self.attempt}")

    def confirm_once(self, world: World) -> None:
        """Pay, and never come back to hear the answer."""
        body = {"payment_id": self.payment["id"], "payment_method": VISA}
        self._ask_once(world, "/api/v1/payments/confirm", body, f"{self.name}-pays-by-{VISA}-{self.attempt}")

    def _ask_once(self, world: World, path: str, body: dict[str, str], key: str) -> None:
        headers = {"Idempotency_Key": key, **token_of(self.order)}
        world.processes.run(lambda: self.client.call("POST", path, body, **headers))

    def start(self, world: World, *, provider: str = "stripe", on_page: bool = False) -> Answer:
        """Choose how to pay."""
        body = {"order_id": self.order["id"], "provider": provider}
        if on_page:
            body |= {"return_url": _BACK, "cancel_url": _BACK}
        key = f"{self.name}-starts-{provider}{'-page' if on_page else ''}-{self.attempt}"
        answer = world.request(self.client, "POST", "/api/v1/payments/intent", body, key=key, **token_of(self.order))
        if answer.status == 201:
            self.payment = answer.body
        return answer

    def confirm(self, world: World, card: str = VISA) -> Answer:
        body = {"payment_id": self.payment["id"], "payment_method": card}
        key = f"{self.name}-pays-by-{card}-{self.attempt}"
        return world.request(self.client, "POST", "/api/v1/payments/confirm", body, key=key, **token_of(self.order))

    def pay(self, world: World, card: str = VISA) -> None:
        assert self.start(world).status == 201
        assert self.confirm(world, card).status == 200

    def is_declined(self, world: World) -> bool:
        return self.confirm(world, DECLINED).status == 402

    def cancel(self, world: World) -> Answer:
        path = f"/api/v1/orders/{self.order['id']}/cancel"
        return world.request(self.client, "PUT", path, **token_of(self.order))

    def read(self, world: World) -> dict[str, Any]:
        return dict(self.client.expect(200, "GET", f"/api/v1/orders/{self.order['id']}", **token_of(self.order)))

    def status(self, world: World) -> str:
        return str(self.read(world)["status"])


@dataclass(frozen=True)
class Staff:
    """A member of staff who may do everything."""

    token: str

    @classmethod
    def hire(cls) -> Staff:
        return cls(_mobile().sign_in_as_staff().token)

    def _post(self, world: World, path: str, body: Any, *, key: str = "", **headers: str) -> Answer:
        return world.request(_mobile(token=self.token), "POST", path, body, key=key, **headers)

    def ship(self, world: World, order: dict[str, Any], parcel: str, lines: dict[str, int] | None = None) -> Answer:
        body: dict[str, Any] = {"tracking_number": parcel, "carrier": "DHL"}
        if lines:
            body["lines"] = lines
        # The key names the parcel: a repeat ships nothing more, and tells of the order as it is then.
        return self._post(world, f"/api/v1/staff/orders/{order['id']}/shipments", body, Idempotency_Key=parcel)

    def deliver(self, world: World, order: dict[str, Any]) -> Answer:
        return self._post(world, f"/api/v1/staff/orders/{order['id']}/deliver", {})

    def refund(self, world: World, payment: dict[str, Any], amount: Decimal | None, key: str) -> Answer:
        body: dict[str, Any] = {"payment_id": payment["id"], "reason": "damaged"}
        if amount is not None:
            body["amount"] = {"amount": str(amount), "currency": "EUR"}
        return self._post(world, "/api/v1/payments/refund", body, key=key)

    def cancel(self, world: World, order: dict[str, Any]) -> Answer:
        return world.request(_mobile(token=self.token), "PUT", f"/api/v1/orders/{order['id']}/cancel")

    def book_transfer(self, world: World, payment: dict[str, Any]) -> None:
        """Record that the money of a bank transfer is there."""
        world.act(lambda: payments.record_manual_payment(payment_id=payment["id"], actor="staff:test"))

    def send_back_transfers(self, world: World, order: dict[str, Any]) -> None:
        """Send back what is owed by bank transfer, and record it."""
        for refund in payments.list_refunds(order_id=order["id"]):
            if refund.status is payments.RefundStatus.PENDING:
                world.act(lambda refund=refund: payments.record_manual_refund(refund_id=refund.id, actor="staff:test"))

    def transfer_failed_refunds(self, world: World, order: dict[str, Any]) -> None:
        """Send back by bank transfer what the provider could not give back, and record it."""
        for refund in payments.list_refunds(order_id=order["id"]):
            if refund.status is payments.RefundStatus.FAILED:
                world.act(partial(_record_transfer, refund))


def _record_transfer(refund: payments.Refund) -> payments.Refund:
    return payments.record_transfer_of_failed_refund(refund_id=refund.id, actor="staff:test")
