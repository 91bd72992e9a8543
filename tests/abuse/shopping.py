"""A state machine of guests, a customer and staff who shop, pay, ship and refund, and send mutations of each request before it.

Every step draws a good request, sends mutants of it, each of which must be answered well and, where it is refused, change nothing, and
then the request itself, sometimes twice. At the end everything is delivered and every audit must hold, of our ledger and the provider's.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from apps.catalog.contracts import ProductStatus
from apps.kernel.ids import uuid7
from apps.messaging import audits
from apps.messaging.testing import deliver_all
from apps.web.authentication import issue_access_token
from tests.abuse.mutating import mutate
from tests.abuse.sending import Answer, Request, everything, faults_of, send
from tests.checkout.shopping import make_variant
from tests.flows.mobile import Mobile
from tests.payments.sandbox.process import SandboxProcess
from tests.shop.client import ADDRESS

MUTANTS = 4
CARDS = ("pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required")
API = "/api/v1"
# Each step makes its own choices from one number: what a step may choose from depends on what the shop answered.
_NUMBERS = st.integers(0, 2**32)


@dataclass
class Shopper:
    """Somebody with a cart; `headers` is what they send."""

    headers: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)


@dataclass
class Bought:
    """An order, and with which headers its buyer acts on it."""

    document: Any
    headers: dict[str, str]
    payment: Any = None

    @property
    def id(self) -> str:
        return str(self.document["id"])


@dataclass
class Tally:
    """What was sent, over all machines of a test."""

    wanted: int
    mutants: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    def note(self, answer: Answer, *, is_mutant: bool) -> None:
        self.mutants += is_mutant
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1


class Shopping(RuleBasedStateMachine):
    """See the module. `tally` and `sandbox` are set by the test."""

    tally: Tally
    sandbox: SandboxProcess

    @initialize()
    def open(self) -> None:
        """Three things to buy, three things that cannot be bought, two guests, a customer and staff."""
        self.sold = [
            str(make_variant(price=price, stock=stock)) for price, stock in (("20.00", 30), ("0.05", 5), ("999.99", 2))
        ]
        draft, yen = make_variant(status=ProductStatus.DRAFT), make_variant(price="900", currency="JPY")
        self.foreign = [str(draft), str(yen), str(uuid7())]
        customer = Mobile(base="").register(f"{uuid7().hex}@example.com")
        self.shoppers = [Shopper(), Shopper(), Shopper({"Authorization": f"Bearer {customer.token}"})]
        self.staff = {"Authorization": f"Bearer {Mobile(base='').sign_in_as_staff().token}"}
        self.stranger = {"Authorization": f"Bearer {issue_access_token(user_id=uuid7(), is_staff=False)}"}
        self.bought: list[Bought] = []
        self.sent: list[Request] = []
        self.before = everything()

    # what good requests there are

    @rule(number=_NUMBERS)
    def fill_a_cart(self, number: int) -> None:
        rng = Random(number)
        shopper = rng.choice(self.shoppers)
        variant, quantity = rng.choice(self.sold), rng.randint(1, 3)
        body = {"variant_id": variant, "quantity": quantity, "currency": "EUR"}
        answer = self.step(rng, Request("POST", f"{API}/cart/items", body, shopper.headers))
        self.learn_cart(shopper, answer)

    @rule(number=_NUMBERS)
    def change_a_cart(self, number: int) -> None:
        rng = Random(number)
        shopper = rng.choice(self.shoppers)
        if not shopper.items:
            return
        path = f"{API}/cart/items/{rng.choice(shopper.items)}"
        change = Request("PUT", path, {"quantity": rng.randint(1, 4)}, shopper.headers)
        remove = Request("DELETE", path, None, shopper.headers)
        look = Request("GET", f"{API}/cart?currency=EUR", None, shopper.headers)
        self.learn_cart(shopper, self.step(rng, rng.choice((change, change, remove, look))))

    @rule(number=_NUMBERS)
    def fill_in_the_checkout(self, number: int) -> None:
        rng = Random(number)
        shopper = rng.choice(self.shoppers)
        body = {"email": "ada@example.com", "shipping_address": ADDRESS}
        self.step(rng, Request("PATCH", f"{API}/checkout", body, shopper.headers))
        offered = send(Request("GET", f"{API}/checkout/shipping-methods", None, shopper.headers))
        for method in (offered.body or {}).get("results", [])[:1]:
            self.step(rng, Request("PATCH", f"{API}/checkout", {"shipping_method_id": method["id"]}, shopper.headers))

    @rule(number=_NUMBERS)
    def place_an_order(self, number: int) -> None:
        rng = Random(number)
        shopper = rng.choice(self.shoppers)
        quote = self.make_ready(rng, shopper)
        if quote.is_refusal or not quote.body["ready"]:
            return
        body = {"expected_total": quote.body["total"]}
        request = Request("POST", f"{API}/orders", body, {**shopper.headers, "Idempotency-Key": uuid.uuid4().hex})
        answer = self.step(rng, request)
        if answer.status == 201:
            assert answer.body["total"] == quote.body["total"]

    @rule(number=_NUMBERS)
    def start_paying(self, number: int) -> None:
        rng = Random(number)
        if order := self.pick(rng, self.bought):
            body = {
                "order_id": order.id,
                "provider": rng.choice(("stripe", "stripe", "stripe", "manual")),
            }
            body |= rng.choice(({}, {}, {"return_url": "http://testserver/a"}, {"return_url": "http://testserver/b"}))
            answer = self.step(rng, self.keyed("POST", "payments/intent", body, order.headers))
            order.payment = answer.body if answer.status == 201 else order.payment

    @rule(number=_NUMBERS)
    def pay(self, number: int) -> None:
        rng = Random(number)
        if order := self.pick(rng, self.bought):
            if not order.payment:
                started = self.keyed(
                    "POST", "payments/intent", {"order_id": order.id, "provider": "stripe"}, order.headers
                )
                answer = self.deliver(started, is_mutant=False)
                order.payment = answer.body if answer.status == 201 else None
            if not order.payment:
                return
            body = {"payment_id": order.payment["id"], "payment_method": rng.choice(CARDS)}
            self.step(rng, self.keyed("POST", "payments/confirm", body, order.headers))
            self.step(rng, Request("GET", f"{API}/payments/{order.payment['id']}", None, order.headers))

    @rule(number=_NUMBERS)
    def ship_deliver_or_cancel(self, number: int) -> None:
        rng = Random(number)
        if order := self.pick(rng, self.bought):
            staff = f"staff/orders/{order.id}"
            ship = self.keyed("POST", f"{staff}/shipments", {"carrier": "DHL", "tracking_number": "T1"}, self.staff)
            line = order.document["items"][0]
            part = self.keyed("POST", f"{staff}/shipments", {"lines": {line["id"]: 1}}, self.staff)
            deliver = Request("POST", f"{API}/{staff}/deliver", {}, self.staff)
            cancel = Request("PUT", f"{API}/orders/{order.id}/cancel", {}, order.headers)
            look = Request("GET", f"{API}/orders/{order.id}", None, order.headers)
            self.step(rng, rng.choice((ship, part, deliver, cancel, look)))

    @rule(number=_NUMBERS)
    def refund(self, number: int) -> None:
        rng = Random(number)
        if order := self.pick(rng, [order for order in self.bought if order.payment]):
            amount = rng.choice(("0.01", "1.00", "5.00", order.document["total"]["amount"]))
            body = {
                "payment_id": order.payment["id"],
                "reason": "late",
                "amount": {"amount": amount, "currency": "EUR"},
            }
            self.step(rng, self.keyed("POST", "payments/refund", body, self.staff))

    @rule(number=_NUMBERS)
    def set_stock(self, number: int) -> None:
        rng = Random(number)
        body = {"on_hand": rng.randint(0, 40), "reason": "count", "warehouse": ""}
        self.step(rng, Request("PUT", f"{API}/inventory/{rng.choice(self.sold)}", body, self.staff))

    @rule(number=_NUMBERS)
    def repeat_something_old(self, number: int) -> None:
        """The same again, as its sender or as somebody else."""
        rng = Random(number)
        if request := self.pick(rng, self.sent):
            who = rng.choice((None, None, self.stranger, self.staff, *(shopper.headers for shopper in self.shoppers)))
            headers = request.headers if who is None else {**request.headers, **who}
            self.abuse(Request(request.method, request.path, request.body, headers, request.content_type))

    @rule()
    def let_the_workers_work(self) -> None:
        deliver_all(slow=False)
        self.before = everything()

    def make_ready(self, rng: Random, shopper: Shopper) -> Answer:
        """Bring a cart to where it can be placed, by good requests alone, and return its quote."""
        quote = Request("GET", f"{API}/checkout", None, shopper.headers)
        answer = self.deliver(quote, is_mutant=False)
        if answer.is_refusal or answer.body["ready"]:
            return answer
        if not answer.body["items"]:
            body = {"variant_id": rng.choice(self.sold), "quantity": 1}
            added = self.deliver(Request("POST", f"{API}/cart/items", body, shopper.headers), is_mutant=False)
            self.learn_cart(shopper, added)
        contact = {"email": "ada@example.com", "shipping_address": ADDRESS}
        self.deliver(Request("PATCH", f"{API}/checkout", contact, shopper.headers), is_mutant=False)
        methods = self.deliver(
            Request("GET", f"{API}/checkout/shipping-methods", None, shopper.headers), is_mutant=False
        )
        for method in methods.body["results"][:1]:
            body = {"shipping_method_id": method["id"]}
            self.deliver(Request("PATCH", f"{API}/checkout", body, shopper.headers), is_mutant=False)
        return self.deliver(Request("GET", f"{API}/checkout", None, shopper.headers), is_mutant=False)

    # how they are sent

    def pick(self, rng: Random, among: list[Any]) -> Any:
        return rng.choice(among[-8:]) if among else None

    def keyed(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Request:
        return Request(method, f"{API}/{path}", body, {**headers, "Idempotency-Key": uuid.uuid4().hex})

    def step(self, rng: Random, request: Request) -> Answer:
        """Send mutants of a good request, then the request, perhaps twice; return its answer."""
        for _ in range(MUTANTS):
            self.abuse(mutate(request, rng=rng, foreign=self.ids(), tokens=self.tokens()))
        answer = self.deliver(request, is_mutant=False)
        self.sent.append(request)
        if rng.random() < 0.5:
            again = self.deliver(request, is_mutant=True)
            if "Idempotency-Key" in request.headers and answer.status < 300:
                assert (again.status, again.content) == (answer.status, answer.content), (request, answer, again)
        return answer

    def abuse(self, request: Request) -> None:
        self.deliver(request, is_mutant=True)

    def deliver(self, request: Request, *, is_mutant: bool) -> Answer:
        answer = send(request)
        self.tally.note(answer, is_mutant=is_mutant)
        assert not (faults := faults_of(request, answer)), (faults, request, answer)
        if answer.status == 201 and request.method == "POST" and request.path.startswith(f"{API}/orders"):
            self.learn_order(request, answer.body)
        after = everything()
        if answer.is_refusal and answer.status != 402:
            changed = {name for name, total in after.items() if total != self.before[name]}
            assert not changed - self.may_change(request), (changed, request, answer)
        self.before = after
        return answer

    def may_change(self, request: Request) -> set[str]:
        """Two carts become one as soon as a request carries both, whatever becomes of it then."""
        both = {"Authorization", "Cart-Token"} <= request.headers.keys()
        return {"checkout_cart", "checkout_cartline"} if both else set()

    def ids(self) -> list[str]:
        items = [item for shopper in self.shoppers for item in shopper.items]
        paid = [order.payment["id"] for order in self.bought if order.payment]
        return [*self.sold, *self.foreign, *items[-4:], *(order.id for order in self.bought[-4:]), *paid[-4:]]

    def tokens(self) -> list[tuple[str, str]]:
        holders = [
            *(shopper.headers for shopper in self.shoppers),
            *(order.headers for order in self.bought[-4:]),
            self.stranger,
        ]
        return sorted(
            {(name, value) for headers in holders for name, value in headers.items() if name != "Idempotency-Key"}
        )

    def learn_cart(self, shopper: Shopper, answer: Answer) -> None:
        if token := answer.headers.get("cart-token"):
            shopper.headers["Cart-Token"] = token
        if not answer.is_refusal and answer.body:
            shopper.items = [item["id"] for item in answer.body["items"]]

    def learn_order(self, request: Request, order: Any) -> None:
        """A mutant may place an order too, if all that was changed does not matter."""
        token = {"Order-Token": order["order_token"]} if "order_token" in order else {}
        headers = {
            name: value for name, value in request.headers.items() if name in ("Authorization", "Cart-Token")
        } | token
        if order["id"] not in [known.id for known in self.bought]:
            self.bought.append(Bought(order, headers))

    # what must hold in the end

    def teardown(self) -> None:
        if not hasattr(self, "bought"):
            return
        deliver_all(slow=False)
        findings = {
            check.name: looked.findings for check in audits.checks() for looked in audits.walk(check) if looked.findings
        }
        assert findings == {}
        self.compare_with_the_provider()

    def compare_with_the_provider(self) -> None:
        """What buyers see of each order adds up, and is what the provider's own ledger says."""
        moved: dict[str, int] = {}
        sign = {"charge": 1, "refund": -1, "refund_failure": 1}
        for line in self.sandbox.ledger():
            moved[line["order_id"]] = moved.get(line["order_id"], 0) + sign.get(line["kind"], 0) * line["amount"]
        for order in self.bought:
            shown = send(Request("GET", f"{API}/orders/{order.id}", None, order.headers)).body
            lines = sum(cents(item["line_total"]) for item in shown["items"])
            assert cents(shown["total"]) == lines + cents(shown["shipping"]) - cents(shown["discount"])
            assert cents(shown["paid"]) - cents(shown["refunded"]) == moved.get(order.id, 0), shown


def cents(money: Any) -> int:
    return round(float(money["amount"]) * 100)
