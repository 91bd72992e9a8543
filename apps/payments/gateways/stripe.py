"""Stripe through its official client: PaymentIntents, Checkout Sessions, Refunds, Events.

The client's own retries are off: `ProviderLine` retries, under the key that was derived before the first call.
Idempotent requests: https://docs.stripe.com/api/idempotent_requests. Errors: https://docs.stripe.com/error-handling.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

import stripe

from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.payments.contracts import PaymentKind
from apps.payments.errors import InvalidSignature, ProviderRefused, ProviderUnavailable
from apps.payments.gateways import stripe_objects as objects
from apps.payments.gateways.base import Handle, Opening, ProviderEvent, ProviderRefund, Snapshot
from apps.payments.gateways.errors import TransientFault
from apps.payments.gateways.line import ProviderLine
from apps.payments.gateways.minor_units import to_minor

logger = logging.getLogger(__name__)
T = TypeVar("T")

_CONNECT_SECONDS: Final = 3.0
_SIGNATURE_TOLERANCE_SECONDS: Final = 300
_PAGE: Final = 100
_MOST_EVENTS: Final = 500
_WITH_CHARGE: Final = ["latest_charge"]
_WITH_INTENT: Final = ["payment_intent", "payment_intent.latest_charge"]


class StripeGateway:
    """Payments by card and whatever else the Stripe account accepts.

    `timeout_seconds` bounds one call. Metadata `payment_id`, `order_id` and `refund_id` on Stripe's objects lead back to ours.
    """

    name = "stripe"

    def __init__(
        self, *, api_key: str, api_base: str, webhook_secret: str, timeout_seconds: float, line: ProviderLine
    ) -> None:
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, timeout_seconds)),
        )
        self._webhook_secret = webhook_secret
        self.line = line

    def kind_for(self, *, return_url: str) -> PaymentKind:
        """Return CHECKOUT for a buyer who can come back to a page, else INTENT."""
        return PaymentKind.CHECKOUT if return_url else PaymentKind.INTENT

    def check_amount(self, amount: Money) -> None:
        """Raise Invalid where Stripe's minor units cannot hold this amount."""
        to_minor(amount)

    def open(self, opening: Opening, *, key: str) -> Snapshot:
        """Create a Checkout Session or a PaymentIntent."""
        if opening.kind is PaymentKind.CHECKOUT:
            params = _session_params(opening)
            taken_at, session = self._ask(lambda: self._client.v1.checkout.sessions.create(params, _keyed(key)))
            return objects.read_session(session, taken_at=taken_at)
        intent_params = _intent_params(opening)
        taken_at, intent = self._ask(lambda: self._client.v1.payment_intents.create(intent_params, _keyed(key)))
        return objects.read_intent(intent, taken_at=taken_at)

    def confirm(self, handle: Handle, *, payment_method: str, return_url: str, key: str) -> Snapshot:
        """Confirm a PaymentIntent with a token; a decline (402) carries the intent as it is afterwards."""
        params: Any = {"payment_method": payment_method, "return_url": return_url}
        intents, taken_at = self._client.v1.payment_intents, clock.now()
        try:
            taken_at, intent = self._ask(lambda: intents.confirm(handle.intent_id, params, _keyed(key)))
        except stripe.CardError as error:
            intent = _declined_intent(error)
        except ProviderRefused as refused:
            if refused.param == "payment_method":
                raise Invalid.field("payment_method", "unknown_payment_method", refused.detail) from refused
            raise
        return objects.read_intent(intent, taken_at=taken_at)

    def fingerprint_of(self, payment_method: str) -> str:
        """Retrieve the PaymentMethod; what is wrong with a token is for `confirm` to say."""
        methods = self._client.v1.payment_methods
        try:
            return objects.read_fingerprint(self._ask(lambda: methods.retrieve(payment_method))[1])
        except ProviderRefused:
            return ""

    def fetch(self, handle: Handle, *, with_refunds: bool) -> Snapshot | None:
        """Retrieve the Checkout Session with its intent, or the PaymentIntent; then refunds, where there are any."""
        if handle.session_id:
            sessions, expand = self._client.v1.checkout.sessions, list(_WITH_INTENT)
            taken_at, session = self._ask(lambda: sessions.retrieve(handle.session_id, {"expand": expand}))
            refunds = self._refunds_of(session["payment_intent"], wanted=with_refunds)
            return objects.read_session(session, taken_at=taken_at, refunds=refunds)
        intents, expand = self._client.v1.payment_intents, list(_WITH_CHARGE)
        taken_at, intent = self._ask(lambda: intents.retrieve(handle.intent_id, {"expand": expand}))
        return objects.read_intent(intent, taken_at=taken_at, refunds=self._refunds_of(intent, wanted=with_refunds))

    def close(self, handle: Handle, *, amount: Money, key: str) -> Snapshot:
        """Expire the session or cancel the intent; refused because of its state, look what that is."""
        try:
            return self._close(handle, key=key)
        except ProviderRefused as refused:
            logger.info("stripe did not close payment %s: %s", handle.payment_id, refused)
            found = self.fetch(handle, with_refunds=False)
            if found is None:
                raise
            return found

    def refund(self, handle: Handle, *, refund_id: UUID, amount: Money, reason: str, key: str) -> ProviderRefund:
        """Refund a part of the intent's charge."""
        params: Any = {
            "payment_intent": handle.intent_id,
            "amount": to_minor(amount),
            "metadata": {**_metadata(handle), "refund_id": str(refund_id), "reason": reason[:500]},
        }
        _, refund = self._ask(lambda: self._client.v1.refunds.create(params, _keyed(key)))
        return objects.read_refund(refund)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Verify `Stripe-Signature` (at most 5 minutes old): https://docs.stripe.com/webhooks#verify-official-libraries."""
        signature = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._webhook_secret, _SIGNATURE_TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise InvalidSignature("Stripe-Signature does not fit this body, or is older than 5 minutes.") from error
        try:
            return objects.read_event(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Invalid.field("body", "not_an_event", "The body is signed but is not an event.") from error

    def list_missed_events(self, *, since: datetime, until: datetime) -> Iterable[ProviderEvent]:
        """List events that Stripe has not delivered; it keeps them for 30 days (https://docs.stripe.com/api/events/list)."""
        created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        params: Any = {"delivery_success": False, "created": created, "limit": _PAGE}

        def send() -> list[ProviderEvent]:
            events = self._client.v1.events.list(params).auto_paging_iter()
            return [objects.read_event(event.to_dict()) for event in islice(events, _MOST_EVENTS)]

        return self.line.call(_faults_named(send))

    def _close(self, handle: Handle, *, key: str) -> Snapshot:
        if handle.session_id:
            sessions, expand = self._client.v1.checkout.sessions, list(_WITH_INTENT)
            taken_at, session = self._ask(lambda: sessions.expire(handle.session_id, {"expand": expand}, _keyed(key)))
            return objects.read_session(session, taken_at=taken_at)
        intents = self._client.v1.payment_intents
        taken_at, intent = self._ask(lambda: intents.cancel(handle.intent_id, {}, _keyed(key)))
        return objects.read_intent(intent, taken_at=taken_at)

    def _refunds_of(self, intent: Any, *, wanted: bool) -> tuple[ProviderRefund, ...]:
        if not isinstance(intent, Mapping) or not (wanted or objects.money_went_back(intent)):
            return ()
        params: Any = {"payment_intent": intent["id"], "limit": _PAGE}

        def send() -> list[objects.Json]:
            return [refund.to_dict() for refund in self._client.v1.refunds.list(params).auto_paging_iter()]

        return objects.read_refunds(self.line.call(_faults_named(send)))

    def _ask(self, send: Callable[[], stripe.StripeObject]) -> tuple[datetime, dict[str, Any]]:
        """Send one call over the line; return the moment before it, and the object as a dict."""
        taken_at = clock.now()
        return taken_at, self.line.call(_faults_named(send)).to_dict()


def _faults_named(send: Callable[[], T]) -> Callable[[], T]:
    """Return `send` with Stripe's errors as ours: what may pass, what is refused, what is wrong with our account."""

    def run() -> T:
        try:
            return send()
        except stripe.CardError:
            raise
        except stripe.StripeError as error:
            raise _named(error) from error

    return run


def _named(error: stripe.StripeError) -> Exception:
    status, text = error.http_status, " ".join((error.user_message or type(error).__name__).split())
    if status is None or status in (409, 429) or status >= 500:
        replayed = {name.lower(): value for name, value in (error.headers or {}).items()}.get("idempotent-replayed")
        return TransientFault(f"{status or 'no answer'}: {text}", is_stored=replayed == "true" and status != 409)
    if status in (401, 403):
        logger.error("stripe does not accept our key: %s", text)
        return ProviderUnavailable("Card payments are not set up correctly.", retry_after=60)
    return ProviderRefused(text, provider_code=error.code or "", param=getattr(error, "param", None) or "")


def _declined_intent(error: stripe.CardError) -> dict[str, Any]:
    body: Any = error.json_body
    intent: dict[str, Any] | None = body["error"].get("payment_intent")
    if intent is None:
        raise ProviderRefused(error.user_message or "declined", provider_code=error.code or "") from error
    return intent


def _keyed(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key}


def _metadata(handle: Handle) -> dict[str, str]:
    return {"payment_id": str(handle.payment_id), "order_id": str(handle.order_id)}


def _intent_params(opening: Opening) -> Any:
    params = {
        "amount": to_minor(opening.amount),
        "currency": opening.amount.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "description": opening.description,
        "metadata": _metadata(opening.handle),
    }
    return params | ({"receipt_email": opening.email} if opening.email else {})


def _session_params(opening: Opening) -> Any:
    """Return one line over the whole amount: the shop, not Stripe, adds up lines, shipping and tax."""
    metadata = _metadata(opening.handle)
    price = {
        "currency": opening.amount.currency.lower(),
        "unit_amount": to_minor(opening.amount),
        "product_data": {"name": opening.description},
    }
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": opening.return_url,
        "client_reference_id": str(opening.handle.order_id),
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": opening.description},
        # Stripe would otherwise offer the buyer to pay in another currency.
        "adaptive_pricing": {"enabled": False},
        "expires_at": int(opening.expires_at.timestamp()),
    }
    params |= {"cancel_url": opening.cancel_url} if opening.cancel_url else {}
    return params | ({"customer_email": opening.email} if opening.email else {})
