"""A run of the laboratory written by hand: a small shop that did everything right, whose evidence a test then spoils."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

START = 1_800_000_000.0
WAREHOUSE = "00000000-0000-0000-0000-0000000000aa"
LISTENERS = {"order": ["checkout.close_cart", "notifications.hint_viewers"], "payment": ["orders.follow_payments"]}
MAILED = ("placed", "paid", "shipped", "cancelled", "refunded")


class Folder:
    """The files of one run, still as values; `write` makes a folder of them."""

    def __init__(self, kinds: dict[str, type[Any]]) -> None:
        self.kinds = kinds
        self.tables: dict[str, list[dict[str, Any]]] = {table: [] for table in kinds}
        self.files: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("buyers", "ledger", "sockets", "applied", "snapshots", "mails", "faults")
        }
        self.run: dict[str, Any] = {"seed": 1, "started_at": START, "ended_at": START + 600, "opening_stock": {}}
        self.counter = itertools.count(1)
        self.sequence = itertools.count(1)
        self.variant = self.new_id()
        self.run["opening_stock"][self.variant] = 50
        self.level = {"variant_id": self.variant, "warehouse_id": WAREHOUSE, "on_hand": 50, "reserved": 0}
        self.tables["inventory_stocklevel"].append(self.level)
        self.move("set", 50, at=START - 60)

    def new_id(self) -> str:
        return f"00000000-0000-7000-8000-{next(self.counter):012d}"

    def now(self) -> float:
        return START + next(self.counter)

    def row(self, table: str, **values: Any) -> dict[str, Any]:
        self.tables[table].append(values)
        return values

    def move(self, kind: str, quantity: int, *, shipment_id: str | None = None, at: float | None = None) -> None:
        self.row(
            "inventory_stockmovement",
            variant_id=self.variant,
            warehouse_id=WAREHOUSE,
            kind=kind,
            quantity=quantity,
            shipment_id=shipment_id,
            created_at=at or self.now(),
        )

    def call(self, operation: str, *, phase: str = "ok", status: int = 200, **values: Any) -> dict[str, Any]:
        """Log one call, begun and ended; return the line that ends it."""
        call, given = f"c{next(self.counter)}", {"buyer": "b1", "key": None, "cart": None, "order": None, "request": {}}
        line = {"call": call, "operation": operation, **given, **values}
        self.files["buyers"].append({**line, "at": self.now(), "phase": "invoke", "status": None, "body": None})
        if phase != "lost":
            self.files["buyers"].append({**line, "at": self.now(), "phase": phase, "status": status})
        return self.files["buyers"][-1]

    # what a shop does

    def place(self, quantity: int = 2, *, asked: bool = True) -> dict[str, Any]:
        order_id, cart_id, number = self.new_id(), self.new_id(), str(1000 + next(self.counter))
        subtotal = Decimal("10.00") * quantity
        order = self.row(
            "orders_order",
            id=order_id,
            number=number,
            version=0,
            status="awaiting_payment",
            cart_id=cart_id,
            subtotal_amount=subtotal,
            discount_amount=Decimal("0.00"),
            shipping_amount=Decimal("5.00"),
            tax_amount=Decimal("3.00"),
            total_amount=subtotal + 5,
            total_currency="EUR",
            paid_amount=Decimal("0.00"),
            refunded_amount=Decimal("0.00"),
            prices_include_tax=True,
            reservation=f"hold-{number}",
            payment_id=None,
            payment_deadline=START + 3600,
            placed_at=self.now(),
            item_count=quantity,
            shipped_count=0,
        )
        line = self.row(
            "orders_orderline",
            id=self.new_id(),
            order_id=order_id,
            variant_id=self.variant,
            quantity=quantity,
            unit_price_amount=Decimal("10.00"),
            line_total_amount=subtotal,
        )
        self.row(
            "inventory_stockreservation", reference=order["reservation"], status="reserved", expires_at=START + 3600
        )
        self.row(
            "inventory_reservationline",
            reservation_id=order["reservation"],
            variant_id=self.variant,
            warehouse_id=WAREHOUSE,
            quantity=quantity,
            shipped=0,
        )
        self.level["reserved"] += quantity
        self.row(
            "orders_ordersaga", order_id=order_id, next_run_at=START + 3600, attempts=0, parked_at=None, last_error=""
        )
        total = {"amount": str(order["total_amount"]), "currency": "EUR"}
        items = [{"variant_id": line["variant_id"], "quantity": quantity}]
        self.fact(order, "placed", {"items": items, "total": total, "reservation": order["reservation"]})
        if asked:
            self.call(
                "place",
                status=201,
                key=f"key-{number}",
                cart=cart_id,
                order=order_id,
                request={"lines": [{"variant": self.variant, "quantity": quantity}], "expected_total": total},
                body=self.shown(order),
            )
        return order

    def shown(self, order: dict[str, Any]) -> dict[str, Any]:
        money = {
            name: {"amount": str(order[f"{name}_amount"]), "currency": "EUR"} for name in ("total", "paid", "refunded")
        }
        names = ("id", "version", "status")
        return {name: order[name] for name in names} | {"payment_status": "", "fulfilment_status": ""} | money

    def read(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.call("read_order", order=order["id"], body=self.shown(order))

    def watch(self, order: dict[str, Any]) -> None:
        seen = {"version": order["version"], "status": order["status"]}
        self.files["sockets"].append({"at": self.now(), "buyer": "b1", "order": order["id"], **seen})

    def fact(self, order: dict[str, Any], kind: str, data: dict[str, Any]) -> None:
        order["version"] += 1
        version, event_at = order["version"], self.now()
        self.row("orders_orderevent", order_id=order["id"], version=version, type=kind, data=data, at=event_at)
        self.publish(f"orders.order_{kind}.v1", f"orders:{order['id']}", version, LISTENERS["order"])
        if kind in MAILED:
            message_id = f"<{kind}.{order['id']}.{version}@shop.test>"
            sent = {"sent_at": self.now(), "withheld_at": None}
            self.row("notifications_outboundmail", kind=kind, order_id=order["id"], message_id=message_id, **sent)
            mail = {"message_id": message_id, "to": "ada@example.com", "subject": kind, "order": order["id"]}
            self.files["mails"].append(mail)

    def publish(self, event_type: str, key: str, version: int, listeners: list[str]) -> None:
        message = self.new_id()
        told = {"event_type": event_type, "key": key, "version": version}
        self.row("messaging_outboxmessage", id=message, published_at=self.now(), **told)
        for consumer in listeners:
            done = {"done_at": self.now(), "parked_at": None, "last_error": ""}
            self.row("messaging_inboxmessage", consumer=consumer, message_id=message, event_type=event_type, **done)
            line = {"sequence": next(self.sequence), "consumer": consumer, "message_id": message, "at": self.now()}
            self.files["applied"].append(line | told)

    def charge(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take the money at the provider and book it."""
        payment_id, minor = self.new_id(), int(order["total_amount"] * 100)
        self.ledger("charge", f"ch_{payment_id[-4:]}", minor, order, intent=f"pi_{payment_id[-4:]}")
        payment = self.row(
            "payments_payment",
            id=payment_id,
            order_id=order["id"],
            provider="stripe",
            status="succeeded",
            amount_amount=order["total_amount"],
            captured_total=order["total_amount"],
            refunded_total=Decimal("0.00"),
        )
        self.book(payment, "charge", order["total_amount"], f"ch_{payment_id[-4:]}")
        self.publish("payments.payment_succeeded.v1", f"payments:{payment_id}", 1, LISTENERS["payment"])
        return payment

    def ledger(self, kind: str, subject: str, minor: int, order: dict[str, Any], *, intent: str) -> None:
        line = {"id": f"mv_{next(self.counter)}", "kind": kind, "payment_intent": intent, "object": subject}
        about = {"amount": minor, "currency": "eur", "at": self.now(), "idempotency_key": None, "order_id": order["id"]}
        self.files["ledger"].append(line | about)

    def book(self, payment: dict[str, Any], kind: str, amount: Decimal, reference: str) -> None:
        self.row(
            "payments_paymenttransaction",
            payment_id=payment["id"],
            provider="stripe",
            kind=kind,
            amount_amount=amount,
            amount_currency="EUR",
            reference=reference,
        )

    def step(self, order: dict[str, Any], kind: str, reference: str = "") -> None:
        self.row("orders_sagastep", order_id=order["id"], kind=kind, reference=reference, done_at=self.now())

    def pay(self, order: dict[str, Any]) -> dict[str, Any]:
        payment = self.charge(order)
        self.call("pay", order=order["id"], body={"status": "succeeded"})
        self.step(order, "settle_payment", payment["id"])
        order.update(status="processing", paid_amount=order["total_amount"], payment_id=payment["id"])
        self.held(order).update(status="allocated", expires_at=None)
        self.saga(order)["next_run_at"] = None
        self.fact(order, "paid", {**self.paid(payment), "reservation": order["reservation"]})
        return payment

    def paid(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {"payment_id": payment["id"], "amount": {"amount": str(payment["amount_amount"]), "currency": "EUR"}}

    def held(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.only("inventory_stockreservation", reference=order["reservation"])

    def saga(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.only("orders_ordersaga", order_id=order["id"])

    def only(self, table: str, **values: Any) -> dict[str, Any]:
        (found,) = [row for row in self.tables[table] if values.items() <= row.items()]
        return found

    def ship(self, order: dict[str, Any]) -> None:
        shipment, line = self.new_id(), self.only("orders_orderline", order_id=order["id"])
        self.row("orders_shipment", id=shipment, order_id=order["id"])
        self.row("orders_shipmentline", shipment_id=shipment, line_id=line["id"], quantity=line["quantity"])
        order.update(status="shipped", shipped_count=line["quantity"])
        self.fact(order, "shipped", {"shipment_id": shipment, "lines": {line["id"]: line["quantity"]}})
        self.call("ship", order=order["id"], body=self.shown(order))
        self.step(order, "ship_stock", shipment)
        self.held(order)["status"] = "shipped"
        self.only("inventory_reservationline", reservation_id=order["reservation"])["shipped"] = line["quantity"]
        self.move("shipment", -line["quantity"], shipment_id=shipment)
        self.level["on_hand"] -= line["quantity"]
        self.level["reserved"] -= line["quantity"]

    def cancel(
        self, order: dict[str, Any], payment: dict[str, Any] | None = None, *, reason: str = "customer"
    ) -> dict[str, Any] | None:
        """End an order; return the refund of what was paid."""
        order["status"] = "cancelled"
        self.fact(order, "cancelled", {"reason": reason, "payment_id": None, "amount": None})
        if reason == "customer":
            self.call("cancel", order=order["id"], body=self.shown(order))
        self.step(order, "release_stock", order["reservation"])
        self.held(order).update(status="released", expires_at=None)
        self.level["reserved"] -= order["item_count"]
        self.saga(order)["next_run_at"] = None
        if payment is None and reason == "customer":
            self.step(order, "void_payments")
        if payment is None:
            return None
        self.step(order, "refund_payment", payment["id"])
        return self.give_back(order, payment, payment["amount_amount"], reference=f"saga:{payment['id']}")

    def give_back(
        self, order: dict[str, Any], payment: dict[str, Any], amount: Decimal, *, reference: str
    ) -> dict[str, Any]:
        refund_id, name = self.new_id(), f"re_{next(self.counter)}"
        self.ledger("refund", name, int(amount * 100), order, intent=f"pi_{payment['id'][-4:]}")
        refund = self.row(
            "payments_refund",
            id=refund_id,
            payment_id=payment["id"],
            status="succeeded",
            amount_amount=amount,
            reference=reference,
            next_run_at=None,
            provider_reference=name,
        )
        self.book(payment, "refund", amount, name)
        payment["refunded_total"] += amount
        order["refunded_amount"] += amount
        self.publish("payments.refund_succeeded.v1", f"payments:{payment['id']}", 2, LISTENERS["payment"])
        told = {"amount": str(amount), "currency": "EUR"}
        self.fact(order, "refunded", {"payment_id": payment["id"], "refund_id": refund_id, "amount": told})
        return refund

    def take_back(self, order: dict[str, Any], payment: dict[str, Any], refund: dict[str, Any]) -> None:
        """Let the provider take back a refund that it had accepted."""
        amount = refund["amount_amount"]
        (given,) = [line for line in self.files["ledger"] if line["object"] == refund["provider_reference"]]
        self.ledger("refund_failure", given["object"], given["amount"], order, intent=given["payment_intent"])
        self.book(payment, "refund_failure", amount, given["object"])
        refund["status"] = "failed"
        payment["refunded_total"] -= amount
        order["refunded_amount"] -= amount
        self.publish("payments.refund_failed.v1", f"payments:{payment['id']}", 3, LISTENERS["payment"])
        told = {"amount": str(amount), "currency": "EUR"}
        self.fact(order, "refund_reversed", {"payment_id": payment["id"], "refund_id": refund["id"], "amount": told})

    def snapshot(self) -> None:
        level = {"on_hand": self.level["on_hand"], "reserved": self.level["reserved"]}
        held = [{"variant": self.variant, "quantity": self.level["reserved"]}] if self.level["reserved"] else []
        where = {"variant": self.variant, "warehouse": WAREHOUSE}
        self.files["snapshots"].append({"at": self.now(), "levels": [where | level], "held": held})

    # writing

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "run.json").write_text(json.dumps(self.run))
        for name, lines in self.files.items():
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        (folder / "database.sql").write_text(self.dump())
        return folder

    def dump(self) -> str:
        sections = [
            "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nCREATE TABLE public.orders_order (\n    id uuid NOT NULL\n);\n",
            "COPY public.catalog_product (id, title) FROM stdin;\n1\tCOPY public.orders_order (id) FROM stdin;\n\\.\n",
        ]
        for table, rows in self.tables.items():
            columns, hints = [field.name for field in fields(self.kinds[table])], get_type_hints(self.kinds[table])
            cells = ["\t".join(_cell(row[name], hints[name]) for name in columns) + "\tmore" for row in rows]
            sections.append(f'COPY public.{table} ({", ".join(columns)}, "other") FROM stdin;\n')
            sections.append("".join(f"{line}\n" for line in cells) + "\\.\n\n")
        return "".join(sections) + "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"


def _cell(value: Any, kind: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict):
        value = json.dumps(value)
    elif kind in (float, float | None):
        value = datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def sound(kinds: dict[str, type[Any]]) -> tuple[Folder, dict[str, dict[str, Any]]]:
    """Return a run in which nothing went wrong, and its orders by how they ended."""
    made = Folder(kinds)
    made.snapshot()
    waiting, expired = made.place(), made.place(3)
    made.read(waiting)
    made.watch(waiting)
    made.snapshot()
    made.cancel(expired, reason="payment_deadline")
    made.cancel(made.place())
    processing, shipped, returned = made.place(), made.place(), made.place()
    made.watch(processing)
    made.pay(processing)
    made.watch(processing)
    made.read(processing)
    made.pay(shipped)
    made.ship(shipped)
    made.cancel(returned, made.pay(returned))
    refunded = made.place()
    payment = made.pay(refunded)
    refund = made.give_back(refunded, payment, Decimal("4.00"), reference="staff-1")
    made.call("refund", key="refund-1", order=refunded["id"], body={"id": refund["id"]})
    made.call("place", phase="refused", status=409, key="sold-out", cart=made.new_id())
    made.call("place", phase="lost", key="never", cart=made.new_id())
    made.row("accounts_refreshtoken", id=made.new_id(), family_id="family", consumed_at=made.now())
    made.row("accounts_refreshtoken", id=made.new_id(), family_id="family", consumed_at=None)
    made.snapshot()
    ends = {"waiting": waiting, "expired": expired, "processing": processing, "shipped": shipped}
    return made, ends | {"returned": returned, "refunded": refunded}
