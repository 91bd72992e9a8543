"""Checkout Sessions with a hosted page: https://docs.stripe.com/api/checkout/sessions."""

from __future__ import annotations

from . import intents
from .errors import ApiError, invalid, missing, not_found, refused
from .events import emit
from .listing import LIST_PARAMS, select
from .params import MAX_AMOUNT, Params
from .store import Json, Transaction, new_id, timestamp

# Parameters that would change the total (discounts, taxes, shipping options) are refused as unknown.
CREATE_PARAMS = frozenset(
    "mode line_items success_url cancel_url client_reference_id metadata payment_intent_data expires_at customer_email "
    "customer customer_creation payment_method_types payment_method_options payment_method_configuration locale "
    "submit_type ui_mode billing_address_collection phone_number_collection custom_text invoice_creation "
    "consent_collection adaptive_pricing origin_context branding_settings wallet_options".split()
)
INTENT_PARAMS = frozenset(
    "metadata capture_method description receipt_email setup_future_usage shipping statement_descriptor "
    "statement_descriptor_suffix transfer_group".split()
)
PRICE_PARAMS = frozenset({"currency", "unit_amount", "product_data", "tax_behavior"})
MAX_SESSION_SECONDS = 24 * 3600


def retrieve(tx: Transaction, _: Params, session_id: str) -> Json:
    session = tx.find("checkout.session", session_id)
    if session is None:
        raise not_found("checkout.session", session_id, param="session", status=404)
    return session


def list_all(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(LIST_PARAMS | {"payment_intent", "status", "customer"})
    conditions: list[str] = []
    values: list[str] = []
    for name in ("payment_intent", "status"):
        value = params.text(name)
        if value is not None:
            conditions.append("json_extract(o.body, ?) = ?")
            values += [f"$.{name}", value]
    return select(tx, "checkout.session", params, url="/v1/checkout/sessions", conditions=conditions, values=values)


def list_line_items(tx: Transaction, _: Params, session_id: str) -> Json:
    return line_items(retrieve(tx, Params({}), session_id))


def line_items(session: Json) -> Json:
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "url": url, "has_more": False, "data": session["_line_items"]}


def create(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(CREATE_PARAMS)
    if params.choice("mode", ["payment"]) is None:
        raise missing("mode")
    params.choice("ui_mode", ["hosted", "hosted_page"])
    params.mapping("payment_intent_data").reject_unknown(INTENT_PARAMS)
    items, currency = _read_items(params)
    total = sum(item["amount_total"] for item in items)
    if not 1 <= total <= MAX_AMOUNT:
        raise invalid(
            f"The Checkout Session's total amount is {total}; it must be from 1 to {MAX_AMOUNT}.", param="line_items"
        )
    session = _new(tx, params, total=total, currency=currency)
    session["_line_items"] = items
    tx.insert("checkout.session", session)
    tx.set_timer("expire_session", session["id"], due_at=session["expires_at"])
    return session


def expire(tx: Transaction, params: Params, session_id: str) -> Json:
    params.reject_unknown(())
    session = retrieve(tx, params, session_id)
    if session["status"] != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`.",
            code=None,
        )
    return _expire(tx, session)


def expire_due(tx: Transaction, session_id: str) -> None:
    """Timer: the session's time is over."""
    session = retrieve(tx, Params({}), session_id)
    if session["status"] == "open":
        _expire(tx, session)


def is_open(session: Json) -> bool:
    expires_at: int = session["expires_at"]
    return session["status"] == "open" and expires_at > timestamp()


def intent_of(tx: Transaction, session: Json) -> Json:
    """The session's intent, made at the first attempt to pay as Stripe does since 2022-08-01."""
    if session["payment_intent"] is not None:
        return intents.lookup(tx, session["payment_intent"])
    options = Params(session["_intent_data"], prefix="payment_intent_data")
    intent = intents.build(
        tx,
        amount=session["amount_total"],
        currency=session["currency"],
        metadata=options.metadata(),
        options=options,
    )
    intent |= {"automatic_payment_methods": None, "_session": session["id"]}
    intents.store(tx, intent)
    session["payment_intent"] = intent["id"]
    tx.save(session)
    return intent


def pay(tx: Transaction, session: Json, method: Json) -> ApiError | None:
    """The shopper tries to pay an open session; returns the decline, if any."""
    intent = intent_of(tx, session)
    intents.check_confirmable(intent)
    error = intents.attempt(tx, intent, method)
    complete_if_paid(tx, session, intent)
    return error


def complete_if_paid(tx: Transaction, session: Json, intent: Json) -> None:
    if intent["status"] not in {"succeeded", "requires_capture"} or session["status"] != "open":
        return
    session |= {
        "status": "complete",
        "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
        "url": None,
        "customer_details": {**session["customer_details"], "email": session["customer_email"]},
    }
    tx.save(session)
    emit(tx, "checkout.session.completed", session)


def success_url(session: Json) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _expire(tx: Transaction, session: Json) -> Json:
    session |= {"status": "expired", "url": None}
    tx.save(session)
    if session["payment_intent"] is not None:
        intent = intents.lookup(tx, session["payment_intent"])
        if intent["status"] in intents.CANCELLABLE:
            intents.cancel_for(tx, intent, reason="automatic")
    emit(tx, "checkout.session.expired", session)
    return session


def _read_items(params: Params) -> tuple[list[Json], str]:
    lines = params.items("line_items")
    if not lines:
        raise missing("line_items")
    items = [_read_item(line) for line in lines]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise invalid(
            f"All line items must use the same currency; these use {', '.join(sorted(currencies))}.",
            param="line_items",
        )
    return items, currencies.pop()


def _read_item(line: Params) -> Json:
    line.reject_unknown({"price_data", "quantity"})
    price = line.mapping("price_data")
    price.reject_unknown(PRICE_PARAMS)
    unit = price.integer("unit_amount")
    if unit is None:
        raise missing(price.name("unit_amount"))
    quantity = line.amount("quantity") or 1
    if unit < 0:
        raise invalid("This value must be greater than or equal to 0.", param=price.name("unit_amount"))
    product = price.mapping("product_data")
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": price.currency("currency"),
        "description": product.required_text("name"),
        "price": {"id": new_id("price"), "object": "price", "unit_amount": unit, "type": "one_time"},
        "quantity": quantity,
    }


def _read_expiry(tx: Transaction, params: Params, *, created: int) -> int:
    expires_at = params.integer("expires_at")
    if expires_at is None:
        return created + MAX_SESSION_SECONDS
    shortest = tx.origin.settings.session_min_seconds
    if expires_at < created + shortest:
        raise invalid(
            f"The `expires_at` timestamp must be at least {shortest // 60} minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > created + MAX_SESSION_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _new(tx: Transaction, params: Params, *, total: int, currency: str) -> Json:
    if params.url("success_url") is None:
        raise missing("success_url")
    created = timestamp()
    session_id = new_id("cs_test", length=58)
    email = params.text("customer_email")
    intent_data = params.mapping("payment_intent_data")
    intents.build(tx, amount=total, currency=currency, metadata=intent_data.metadata(), options=intent_data)
    return {
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.url("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "client_secret": None,
        "created": created,
        "currency": currency,
        "custom_fields": [],
        "custom_text": {},
        "customer": params.text("customer"),
        "customer_creation": params.text("customer_creation") or "if_required",
        "customer_details": {
            "address": None,
            "email": email,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "customer_email": email,
        "expires_at": _read_expiry(tx, params, created=created),
        "invoice": None,
        "livemode": False,
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": params.texts("payment_method_types") or ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.text("submit_type"),
        "success_url": params.text("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{tx.origin.settings.public_url}/c/pay/{session_id}",
        "_intent_data": intent_data.raw(),
    }
