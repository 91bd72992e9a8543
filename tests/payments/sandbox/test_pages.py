"""The hosted pay page and the 3-D Secure page, by plain HTTP as a browser without JavaScript sends it."""

import threading
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.payments.sandbox.checkout import CANCEL_URL, choose, line, location, open_session


class Controls(HTMLParser):
    """Collects form controls, labels and anything a strict page must not have."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def session(client):
    return open_session(client, metadata={"order_id": "7"}, payment_intent_data={"metadata": {"order_id": "7"}})


def retrieve(client, session):
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})


def test_the_page_shows_what_is_paid_and_that_it_is_a_test(session):
    page = requests.get(session.url, timeout=10)

    assert page.status_code == 200
    assert "Test payments - no real money" in page.text
    assert "Linen shirt" in page.text
    assert '<button type="submit" id="pay">Pay 84.90 EUR</button>' in page.text


def test_the_form_has_stable_labelled_choices_and_no_script(session):
    page = requests.get(session.url, timeout=10)
    controls = Controls(page.text)

    radios = [attrs for attrs in controls.of("input") if attrs["type"] == "radio"]
    assert [(radio["name"], radio["value"]) for radio in radios] == [
        ("outcome", "approve"),
        ("outcome", "decline"),
        ("outcome", "authenticate"),
    ]
    assert {radio["id"] for radio in radios} == {label["for"] for label in controls.of("label")}
    assert [link["href"] for link in controls.of("a") if link["id"] == "cancel"] == [CANCEL_URL]
    assert controls.of("script") == []
    assert not [attrs for _, attrs in controls.tags if "style" in attrs or any(key.startswith("on") for key in attrs)]
    assert controls.of("html")[0]["lang"] == "en"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_stylesheet_is_served(sandbox):
    answer = requests.get(f"{sandbox.url}/static/sandbox.css", timeout=10)

    assert answer.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text


@pytest.mark.parametrize(
    ("currency", "amount", "shown"), [("eur", 8490, "84.90 EUR"), ("jpy", 8490, "8490 JPY"), ("kwd", 8490, "8.490 KWD")]
)
def test_amounts_have_the_currencys_decimals(client, currency, amount, shown):
    """https://docs.stripe.com/currencies#zero-decimal"""
    session = open_session(client, line_items=[line("Thing", amount, currency=currency)])

    assert f"Pay {shown}</button>" in requests.get(session.url, timeout=10).text


def test_what_the_shop_sends_is_escaped(client):
    session = open_session(
        client, line_items=[line("<script>alert(1)</script>", 100)], client_reference_id='"><img src=x>'
    )

    page = requests.get(session.url, timeout=10).text

    assert "<script>alert(1)" not in page
    assert "<img" not in page


def test_approving_pays_and_returns_to_the_shop(client, session, sandbox):
    answer = choose(session.url, "approve")

    assert location(answer) == f"https://shop.test/done?session={session.id}"
    paid = retrieve(client, session)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.payment_intent.status, paid.payment_intent.latest_charge.amount_captured) == ("succeeded", 8490)
    assert paid.payment_intent.metadata["order_id"] == "7"
    moves = [
        (row["kind"], row["order_id"]) for row in sandbox.ledger() if row["payment_intent"] == paid.payment_intent.id
    ]
    assert moves == [("charge", "7")]


def test_a_decline_is_told_and_the_shopper_tries_again(client, session):
    declined = choose(session.url, "decline")

    assert location(declined) == session.url
    page = requests.get(session.url, timeout=10).text
    assert 'role="alert"' in page
    assert "Your card was declined." in page
    assert retrieve(client, session).payment_intent.status == "requires_payment_method"
    assert location(choose(session.url, "approve")).startswith("https://shop.test/done")
    assert retrieve(client, session).payment_status == "paid"


def authenticate(session, outcome):
    challenge = location(choose(session.url, "authenticate"))
    page = requests.get(challenge, timeout=10)
    assert "Confirm your payment" in page.text
    secret = parse_qs(urlsplit(challenge).query)["client_secret"][0]
    form = {"client_secret": secret, "outcome": outcome}
    return requests.post(challenge.partition("?")[0], data=form, allow_redirects=False, timeout=10)


def test_a_passed_challenge_pays_the_session(client, session):
    answer = authenticate(session, "approve")

    assert location(answer) == f"https://shop.test/done?session={session.id}"
    assert retrieve(client, session).payment_status == "paid"


def test_a_failed_challenge_leads_back_to_the_pay_page(client, session):
    answer = authenticate(session, "fail")

    assert location(answer) == session.url
    assert "unable to authenticate" in requests.get(session.url, timeout=10).text
    assert location(choose(session.url, "approve")).startswith("https://shop.test/done")


def test_leaving_a_challenge_for_another_card_is_possible(client, session):
    location(choose(session.url, "authenticate"))

    assert location(choose(session.url, "approve")).startswith("https://shop.test/done")
    assert retrieve(client, session).payment_intent.latest_charge.status == "succeeded"


def test_manual_capture_completes_the_session_unpaid_until_captured(client):
    session = open_session(client, payment_intent_data={"capture_method": "manual"})
    choose(session.url, "approve")

    authorised = retrieve(client, session)
    client.v1.payment_intents.capture(authorised.payment_intent.id)

    assert (authorised.status, authorised.payment_status) == ("complete", "unpaid")
    assert authorised.payment_intent.status == "requires_capture"
    assert retrieve(client, session).payment_status == "paid"


def test_a_session_paid_in_two_tabs_is_charged_once(client, session, sandbox):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(location(choose(session.url, "approve")))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) == {f"https://shop.test/done?session={session.id}"}
    intent = retrieve(client, session).payment_intent
    assert len([row for row in sandbox.ledger() if row["payment_intent"] == intent.id]) == 1


@pytest.mark.parametrize("outcome", ["approve", "authenticate"])
def test_an_expired_session_cannot_be_paid(client, session, outcome):
    client.v1.checkout.sessions.expire(session.id)

    page = requests.get(session.url, timeout=10)
    answer = choose(session.url, outcome)

    assert (page.status_code, answer.status_code) == (410, 410)
    assert "expired" in page.text
    assert retrieve(client, session).payment_intent is None


def test_expiring_cancels_the_intent_under_way(client, session):
    challenge = location(choose(session.url, "authenticate"))
    client.v1.checkout.sessions.expire(session.id)

    secret = parse_qs(urlsplit(challenge).query)["client_secret"][0]
    form = {"client_secret": secret, "outcome": "approve"}
    answer = requests.post(challenge.partition("?")[0], data=form, allow_redirects=False, timeout=10)

    assert location(answer) == session.url
    intent = retrieve(client, session).payment_intent
    assert (intent.status, intent.latest_charge) == ("canceled", None)


def test_a_paid_session_says_so_instead_of_charging_again(session):
    choose(session.url, "approve")

    page = requests.get(session.url, timeout=10)

    assert page.status_code == 200
    assert "already paid" in page.text
    assert Controls(page.text).of("form") == []


def test_a_form_without_an_outcome_is_refused_and_charges_nothing(client, session):
    assert choose(session.url, "free").status_code == 400
    assert retrieve(client, session).payment_intent is None


@pytest.mark.parametrize("path", ["/c/pay/cs_test_none", "/3ds/pi_none?client_secret=x", "/", "/favicon.ico"])
def test_an_unknown_page_is_not_found(sandbox, path):
    assert requests.get(sandbox.url + path, timeout=10).status_code == 404
