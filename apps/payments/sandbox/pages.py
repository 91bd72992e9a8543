"""The shopper's pages: the hosted checkout and the bank's 3-D Secure challenge.

Server-rendered HTML that works without JavaScript. Both end in a redirect to the shop:
a session to its `success_url`, an intent to its `return_url` with `payment_intent`,
`payment_intent_client_secret` and `redirect_status` (https://docs.stripe.com/payments/3d-secure).
"""

from __future__ import annotations

import hmac
import re
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import cards, intents, sessions
from .config import Settings
from .currencies import display
from .dispatcher import Dispatcher
from .http import Request, Response
from .store import Json, Origin, Store, Transaction

_HERE = Path(__file__).parent
_TEMPLATES = {path.stem: Template(path.read_text()) for path in (_HERE / "templates").glob("*.html")}
_CSS = (_HERE / "static" / "sandbox.css").read_bytes()
_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
OUTCOMES = {
    "approve": "pm_card_visa",
    "decline": "pm_card_visa_chargeDeclined",
    "authenticate": "pm_card_threeDSecure2Required",
}
_PAY = re.compile(r"/c/pay/(cs_test_[A-Za-z0-9]+)$")
_CHALLENGE = re.compile(r"/3ds/(pi_[A-Za-z0-9]+)$")


class Pages:
    def __init__(self, settings: Settings, store: Store, dispatcher: Dispatcher) -> None:
        self._origin = Origin(settings=settings)
        self._store = store
        self._dispatcher = dispatcher

    def __call__(self, request: Request) -> Response:
        if request.path == "/static/sandbox.css":
            return Response(200, _CSS, {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "max-age=300"})
        if match := _PAY.match(request.path):
            return self._checkout(request, match[1])
        if match := _CHALLENGE.match(request.path):
            return self._challenge(request, match[1])
        return _message(404, "Page not found", "There is no such page in the payment sandbox.")

    def _checkout(self, request: Request, session_id: str) -> Response:
        if request.method == "POST":
            outcome = _form(request.body).get("outcome", "")
            with self._dispatcher.transaction(self._origin) as tx:
                return _pay(tx, tx.find("checkout.session", session_id), outcome)
        with self._store.reading(self._origin) as tx:
            return _show_checkout(tx, tx.find("checkout.session", session_id))

    def _challenge(self, request: Request, intent_id: str) -> Response:
        if request.method == "POST":
            form = _form(request.body)
            with self._dispatcher.transaction(self._origin) as tx:
                intent = _entitled(tx, intent_id, form.get("client_secret", ""))
                return _authenticate(tx, intent, form.get("outcome", ""))
        secret = _form(request.query.encode()).get("client_secret", "")
        with self._store.reading(self._origin) as tx:
            return _show_challenge(tx, _entitled(tx, intent_id, secret))


def _show_checkout(tx: Transaction, session: Json | None) -> Response:
    if session is None:
        return _message(404, "Page not found", "There is no such checkout.")
    if session["status"] == "complete":
        link = (sessions.success_url(session), "Back to the shop")
        return _message(200, "Payment received", "This checkout is already paid. Nothing more is charged.", link=link)
    if not sessions.is_open(session):
        return _expired(session)
    intent = intents.lookup(tx, session["payment_intent"]) if session["payment_intent"] else None
    error = intent["last_payment_error"] if intent else None
    return _page(
        200,
        "pay",
        title="Pay " + display(session["amount_total"], session["currency"]),
        amount=display(session["amount_total"], session["currency"]),
        lines="".join(_line(item) for item in session["_line_items"]),
        reference=_reference(session),
        alert=_alert(error["message"]) if error else "",
        action=f"/c/pay/{session['id']}",
        cancel=_cancel_link(session),
    )


def _pay(tx: Transaction, session: Json | None, outcome: str) -> Response:
    if session is None:
        return _message(404, "Page not found", "There is no such checkout.")
    here = f"/c/pay/{session['id']}"
    if session["status"] == "complete":
        return _redirect(sessions.success_url(session))
    if not sessions.is_open(session):
        return _expired(session)
    if outcome not in OUTCOMES:
        return _message(
            400, "Choose how the test payment ends", "Go back and choose one of the outcomes.", link=(here, "Back")
        )
    sessions.pay(tx, session, cards.resolve(tx, OUTCOMES[outcome]))
    if session["status"] == "complete":
        return _redirect(sessions.success_url(session))
    intent = sessions.intent_of(tx, session)
    if intent["status"] == "requires_action":
        return _redirect(_challenge_path(intent))
    return _redirect(here)


def _show_challenge(tx: Transaction, intent: Json | None) -> Response:
    if intent is None:
        return _message(404, "Page not found", "There is no such authentication.")
    if intent["status"] != "requires_action":
        return _after_challenge(tx, intent)
    return _page(
        200,
        "challenge",
        title="Confirm your payment",
        amount=display(intent["amount"], intent["currency"]),
        action=f"/3ds/{intent['id']}",
        secret=escape(intent["client_secret"]),
    )


def _authenticate(tx: Transaction, intent: Json | None, outcome: str) -> Response:
    if intent is None:
        return _message(404, "Page not found", "There is no such authentication.")
    if intent["status"] == "requires_action":
        if outcome not in {"approve", "fail"}:
            link = (_challenge_path(intent), "Back")
            return _message(400, "Approve or fail", "Go back and choose one of the two.", link=link)
        intents.finish_authentication(tx, intent, passed=outcome == "approve")
    return _after_challenge(tx, intent)


def _after_challenge(tx: Transaction, intent: Json) -> Response:
    session = tx.find("checkout.session", intent["_session"]) if intent["_session"] else None
    if session is not None:
        sessions.complete_if_paid(tx, session, intent)
        paid = session["status"] == "complete"
        return _redirect(sessions.success_url(session) if paid else f"/c/pay/{session['id']}")
    succeeded = intent["status"] in {"succeeded", "requires_capture"}
    if intent["_return_url"] is None:
        title = "Payment authenticated" if succeeded else "Authentication failed"
        return _message(200, title, "You can close this page and return to the shop.")
    return _redirect(
        _with_query(
            intent["_return_url"],
            payment_intent=intent["id"],
            payment_intent_client_secret=intent["client_secret"],
            redirect_status="succeeded" if succeeded else "failed",
        )
    )


def _entitled(tx: Transaction, intent_id: str, secret: str) -> Json | None:
    """The intent, for whoever holds its client secret."""
    intent = tx.find("payment_intent", intent_id)
    if intent is None or not hmac.compare_digest(intent["client_secret"].encode(), secret.encode()):
        return None
    return intent


def _challenge_path(intent: Json) -> str:
    return f"/3ds/{intent['id']}?" + urlencode({"client_secret": intent["client_secret"]})


def _with_query(url: str, **values: str) -> str:
    parts = urlsplit(url)
    query = parts.query + ("&" if parts.query else "") + urlencode(values)
    return urlunsplit(parts._replace(query=query))


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(errors="replace")))


def _redirect(url: str) -> Response:
    return Response(303, b"", {"Location": url, "Cache-Control": "no-store"})


def _expired(session: Json) -> Response:
    link = (session["cancel_url"], "Back to the shop") if session["cancel_url"] else None
    return _message(410, "This checkout has expired", "Nothing was charged. Start again from the shop.", link=link)


def _message(status: int, title: str, text: str, *, link: tuple[str, str] | None = None) -> Response:
    anchor = f'<p><a class="button" href="{escape(link[0])}">{escape(link[1])}</a></p>' if link else ""
    return _page(status, "message", title=title, heading=escape(title), text=escape(text), link=anchor)


def _page(status: int, name: str, *, title: str, **values: str) -> Response:
    content = _TEMPLATES[name].substitute(values)
    html = _TEMPLATES["base"].substitute(title=escape(title), content=content)
    return Response(status, html.encode(), dict(_PAGE_HEADERS))


def _line(item: Json) -> str:
    quantity = f' <span class="quantity">&times; {item["quantity"]}</span>' if item["quantity"] > 1 else ""
    amount = display(item["amount_total"], item["currency"])
    return f'<li><span>{escape(item["description"])}{quantity}</span><span class="price">{amount}</span></li>'


def _reference(session: Json) -> str:
    reference = session["client_reference_id"]
    return f'<p class="muted">Reference {escape(reference)}</p>' if reference else ""


def _alert(message: str) -> str:
    text = escape(message)
    return f'<div class="alert" id="pay-error" role="alert"><strong>{text}</strong> Nothing was charged. You can try again.</div>'


def _cancel_link(session: Json) -> str:
    if not session["cancel_url"]:
        return ""
    return f'<a id="cancel" class="cancel" href="{escape(session["cancel_url"])}">Cancel and return to the shop</a>'
