"""PaymentIntents: https://docs.stripe.com/api/payment_intents, states by https://docs.stripe.com/payments/intents."""

from __future__ import annotations

from . import cards, charges
from .errors import ApiError, invalid, not_found, refused
from .events import emit
from .listing import LIST_PARAMS, search, select
from .params import Params
from .store import Json, Transaction, new_id, render, timestamp

CONFIRM_PARAMS = frozenset(
    "payment_method return_url off_session error_on_requires_action use_stripe_sdk receipt_email setup_future_usage "
    "shipping payment_method_options mandate mandate_data radar_options client_secret".split()
)
UPDATE_PARAMS = frozenset(
    "amount currency metadata description receipt_email payment_method customer payment_method_types "
    "payment_method_options capture_method setup_future_usage shipping statement_descriptor "
    "statement_descriptor_suffix transfer_group".split()
)
CREATE_PARAMS = UPDATE_PARAMS | CONFIRM_PARAMS | {"confirm", "automatic_payment_methods", "confirmation_method"}
CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
_AUTHENTICATION_REQUIRED = cards.Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
_REDIRECTS_NEED_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want "
    "to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)


def lookup(tx: Transaction, intent_id: str) -> Json:
    intent = tx.find("payment_intent", intent_id)
    if intent is None:
        raise not_found("payment_intent", intent_id, param="intent", status=404)
    return intent


def create(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(CREATE_PARAMS)
    confirms = params.boolean("confirm")
    if "return_url" in params and not confirms:
        raise invalid(
            "The parameter `return_url` cannot be passed when creating a PaymentIntent unless `confirm` is set to true.",
            param="return_url",
        )
    intent = build(
        tx,
        amount=params.required_amount("amount"),
        currency=params.currency("currency"),
        metadata=params.metadata(),
        options=params,
    )
    _check_return_url(intent, params, confirms=confirms)
    method = _given_method(tx, params)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    store(tx, intent)
    return confirm_with(tx, intent, params) if confirms else intent


def build(tx: Transaction, *, amount: int, currency: str, metadata: dict[str, str], options: Params) -> Json:
    """An unsaved intent; `options` carries the optional parameters of a create or `payment_intent_data`."""
    automatic = options.mapping("automatic_payment_methods")
    types = options.texts("payment_method_types")
    enabled = automatic.boolean("enabled") if "enabled" in automatic else not types
    redirects = automatic.choice("allow_redirects", ("always", "never")) or "always"
    intent_id = new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": redirects} if enabled else None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": options.choice("capture_method", CAPTURE_METHODS) or "automatic_async",
        "client_secret": new_id(f"{intent_id}_secret"),
        "confirmation_method": options.choice("confirmation_method", ("automatic", "manual")) or "automatic",
        "created": timestamp(),
        "currency": currency,
        "customer": options.text("customer"),
        "description": options.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": types or ["card"],
        "processing": None,
        "receipt_email": options.text("receipt_email"),
        "review": None,
        "setup_future_usage": options.text("setup_future_usage"),
        "shipping": None,
        "statement_descriptor": options.text("statement_descriptor"),
        "statement_descriptor_suffix": options.text("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": options.text("transfer_group"),
        "_return_url": None,
        "_session": None,
    }


def store(tx: Transaction, intent: Json) -> None:
    tx.insert("payment_intent", intent)
    emit(tx, "payment_intent.created", intent)


def retrieve(tx: Transaction, params: Params, intent_id: str) -> Json:
    params.reject_unknown({"client_secret"})
    return lookup(tx, intent_id)


def list_all(tx: Transaction, params: Params, _: str) -> Json:
    params.reject_unknown(LIST_PARAMS | {"customer"})
    return select(tx, "payment_intent", params, url="/v1/payment_intents")


def search_all(tx: Transaction, params: Params, _: str) -> Json:
    return search(tx, "payment_intent", params, url="/v1/payment_intents/search")


def update(tx: Transaction, params: Params, intent_id: str) -> Json:
    params.reject_unknown(UPDATE_PARAMS)
    intent = lookup(tx, intent_id)
    amount = params.amount("amount")
    method = _given_method(tx, params)
    if (amount or method) and intent["status"] not in CONFIRMABLE:
        raise _unexpected(
            intent, f"This PaymentIntent's amount could not be updated because it has a status of {intent['status']}."
        )
    if amount:
        intent["amount"] = amount
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    for name in ("description", "receipt_email"):
        if name in params:
            intent[name] = params.text(name)
    intent["metadata"] |= params.metadata()
    intent["metadata"] = {key: text for key, text in intent["metadata"].items() if text}
    tx.save(intent)
    return intent


def confirm(tx: Transaction, params: Params, intent_id: str) -> Json:
    params.reject_unknown(CONFIRM_PARAMS)
    intent = lookup(tx, intent_id)
    _check_return_url(intent, params, confirms=intent["status"] in CONFIRMABLE)
    return confirm_with(tx, intent, params)


def confirm_with(tx: Transaction, intent: Json, params: Params) -> Json:
    """Try to pay a saved intent with the given or attached method; a decline is raised as 402."""
    check_confirmable(intent)
    method = _given_method(tx, params)
    if method is None and intent["payment_method"] is None:
        raise _unexpected(
            intent,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken.",
        )
    method = method or cards.resolve(tx, intent["payment_method"])
    intent["_return_url"] = params.url("return_url") or intent["_return_url"]
    unattended = params.boolean("error_on_requires_action") or params.boolean("off_session")
    error = attempt(tx, intent, method, unattended=unattended)
    if error is not None:
        raise error
    return intent


def check_confirmable(intent: Json) -> None:
    if intent["status"] == "succeeded":
        raise _unexpected(
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
        )
    if intent["status"] not in CONFIRMABLE:
        allowed = ", ".join(sorted(CONFIRMABLE))
        raise _unexpected(
            intent,
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be confirmed: {allowed}.",
        )


def attempt(
    tx: Transaction, intent: Json, method: Json, *, unattended: bool = False, authenticated: bool = False
) -> ApiError | None:
    """One attempt to pay; saves the intent and returns the decline, if any."""
    card = cards.card_of(method)
    intent |= {"payment_method": method["id"], "next_action": None, "last_payment_error": None}
    if card.authentication and not authenticated:
        if unattended:
            return _fail(tx, intent, charges.declined(_AUTHENTICATION_REQUIRED, method, charge_id=None))
        _ask_for_authentication(tx, intent)
        return None
    if card.decline is not None:
        charge, error = charges.fail(tx, intent, method, card.decline)
        intent["latest_charge"] = charge["id"]
        return _fail(tx, intent, error)
    _succeed(tx, intent, method)
    return None


def finish_authentication(tx: Transaction, intent: Json, *, passed: bool) -> None:
    """The shopper passed or failed 3-D Secure (https://docs.stripe.com/payments/3d-secure)."""
    method = cards.resolve(tx, intent["payment_method"])
    if passed:
        attempt(tx, intent, method, authenticated=True)
        return
    error = ApiError(
        402,
        "card_error",
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
        code="payment_intent_authentication_failure",
        executed=True,
        extra={"payment_method": render(method)},
    )
    _fail(tx, intent, error)


def capture(tx: Transaction, params: Params, intent_id: str) -> Json:
    params.reject_unknown(
        {"amount_to_capture", "metadata", "final_capture", "statement_descriptor", "statement_descriptor_suffix"}
    )
    amount = params.amount("amount_to_capture")
    intent = lookup(tx, intent_id)
    if intent["status"] != "requires_capture":
        raise _unexpected(
            intent,
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
        )
    amount = amount or intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        raise refused(
            f"The requested capture amount is greater than the authorized amount ({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] |= params.metadata()
    charges.capture(tx, intent, amount)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    tx.save(intent)
    _mark_session_paid(tx, intent)
    emit(tx, "payment_intent.succeeded", intent)
    return intent


def cancel(tx: Transaction, params: Params, intent_id: str) -> Json:
    params.reject_unknown({"cancellation_reason"})
    reason = params.choice("cancellation_reason", CANCELLATION_REASONS)
    intent = lookup(tx, intent_id)
    session = tx.find("checkout.session", intent["_session"]) if intent["_session"] else None
    if session is not None and session["status"] == "open":
        raise refused(
            "You cannot cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    cancel_for(tx, intent, reason=reason)
    return intent


def cancel_for(tx: Transaction, intent: Json, *, reason: str | None) -> None:
    if intent["status"] not in CANCELLABLE:
        raise _unexpected(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
            f"with one of the following statuses may be canceled: {', '.join(CANCELLABLE)}.",
        )
    if intent["status"] == "requires_capture":
        charges.release(tx, intent)
    intent |= {
        "status": "canceled",
        "canceled_at": timestamp(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    tx.save(intent)
    emit(tx, "payment_intent.canceled", intent)


def _succeed(tx: Transaction, intent: Json, method: Json) -> None:
    charge = charges.succeed(tx, intent, method)
    intent["latest_charge"] = charge["id"]
    if charge["captured"]:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    else:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    tx.save(intent)
    emit(tx, "payment_intent.succeeded" if charge["captured"] else "payment_intent.amount_capturable_updated", intent)


def _fail(tx: Transaction, intent: Json, error: ApiError) -> ApiError:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": dict(error.error),
    }
    tx.save(intent)
    emit(tx, "payment_intent.payment_failed", intent)
    error.error["payment_intent"] = render(intent)
    return error


def _ask_for_authentication(tx: Transaction, intent: Json) -> None:
    base = tx.origin.settings.public_url
    url = f"{base}/3ds/{intent['id']}?client_secret={intent['client_secret']}"
    intent |= {
        "status": "requires_action",
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": url, "return_url": intent["_return_url"]},
        },
    }
    tx.save(intent)
    emit(tx, "payment_intent.requires_action", intent)


def _mark_session_paid(tx: Transaction, intent: Json) -> None:
    session = tx.find("checkout.session", intent["_session"]) if intent["_session"] else None
    if session is not None:
        session["payment_status"] = "paid"
        tx.save(session)


def _given_method(tx: Transaction, params: Params) -> Json | None:
    reference = params.text("payment_method")
    return None if reference is None else cards.resolve(tx, reference)


def _check_return_url(intent: Json, params: Params, *, confirms: bool) -> None:
    automatic = intent["automatic_payment_methods"]
    if confirms and automatic and automatic["allow_redirects"] != "never" and params.url("return_url") is None:
        raise invalid(_REDIRECTS_NEED_RETURN_URL)


def _unexpected(intent: Json, message: str) -> ApiError:
    return refused(message, code="payment_intent_unexpected_state", payment_intent=render(intent))
