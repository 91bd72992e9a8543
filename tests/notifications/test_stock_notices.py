"""Back in stock: one mail to each who asked, whatever is repeated, hidden or lost on the way."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection
from django.db.models import F

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.messaging import work
from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications.models import DeadAddress, StockNotice
from apps.notifications.services import bounces, stock_notices
from tests.checkout.shopping import make_variant
from tests.notifications.test_mails import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold_out():
    return make_variant(stock=0)


def ask(variant_id, address="ada@example.com"):
    notifications.ask_for_stock_notice(variant_id=variant_id, address=address, language="en")


def restock(variant_id, on_hand=5):
    inventory.set_on_hand(variant_id=variant_id, on_hand=on_hand, reason="test")
    deliver_all()


def product_of(variant_id):
    return catalog.get_variants(ids=[variant_id], currency="EUR")[variant_id].product_id


def token_of(sent):
    return re.search(r"token=([^>]+)", sent.extra_headers["List-Unsubscribe"])[1].replace("%3A", ":")


def test_who_asked_gets_one_mail_when_it_is_back(sold_out, settings):
    ask(sold_out)
    deliver_all()
    assert mail.outbox == []

    restock(sold_out)
    restock(sold_out, 0)
    restock(sold_out, 9)

    (sent,) = mail.outbox
    slug = catalog.get_product(product_id=product_of(sold_out)).slug
    assert sent.to == ["ada@example.com"]
    assert sent.subject.startswith("Back in stock: Product")
    for body in (sent.body, html_of(sent)):
        assert "is in stock again" in body
        assert "€20.00" in body
        assert f"{settings.STOREFRONT_URL}/products/{slug}/" in body
        assert "/back-in-stock/stop/?token=" in body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not re.findall(r"<(script|link|iframe|form|svg|object)", html_of(sent))


@pytest.mark.parametrize(
    ("language", "subject", "path"),
    [("de", "Wieder da", "/de/"), ("fr", "De retour", "/fr/"), ("eo", "Back in stock", "/")],
)
def test_mail_is_in_the_language_of_the_page_that_was_asked_from(sold_out, settings, language, subject, path):
    notifications.ask_for_stock_notice(variant_id=sold_out, address="ada@example.com", language=language)

    restock(sold_out)

    (sent,) = mail.outbox
    assert sent.subject.startswith(subject)
    for page in ("products/", "back-in-stock/stop/"):
        assert f"{settings.STOREFRONT_URL}{path}{page}" in sent.body


def test_address_goes_once_the_mail_is_out(sold_out):
    ask(sold_out)
    restock(sold_out)

    (notice,) = StockNotice.objects.all()
    assert (notice.state, notice.address) == ("sent", "")


def test_asking_again_however_it_is_spelt_makes_no_second_mail_until_the_first_is_out(sold_out):
    for address in ("ada@example.com", " Ada@Example.com ", "ada@example.com"):
        ask(sold_out, address)
    restock(sold_out)
    assert len(mail.outbox) == 1

    restock(sold_out, 0)
    ask(sold_out)
    restock(sold_out)

    assert len(mail.outbox) == 2


def test_everybody_who_waits_is_told_and_nobody_of_another_variant(sold_out):
    ask(sold_out, "ada@example.com")
    ask(sold_out, "bob@example.com")
    ask(make_variant(stock=0), "cy@example.com")

    restock(sold_out)

    assert sorted(sent.to[0] for sent in mail.outbox) == ["ada@example.com", "bob@example.com"]


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "a b@example.com", "ada@example.com\nBcc: bob@example.com", "a" * 260]
)
def test_what_is_no_address_is_refused_by_name(sold_out, address):
    with pytest.raises(Invalid) as refused:
        ask(sold_out, address)

    assert refused.value.fields[0].field == "email"
    assert not StockNotice.objects.exists()


def test_what_is_in_stock_unknown_or_a_draft_is_refused(sold_out):
    catalog.unpublish_product(product_id=product_of(sold_out))

    for variant_id, code in ((make_variant(), "in_stock"), (uuid7(), "unknown_variant"), (sold_out, "unknown_variant")):
        with pytest.raises(Invalid) as refused:
            ask(variant_id)
        assert (refused.value.fields[0].field, refused.value.fields[0].code) == ("variant_id", code)


def test_one_address_waits_for_so_many_things_only_and_is_not_told(monkeypatch):
    monkeypatch.setattr(stock_notices, "MOST_WAITING", 2)

    for _ in range(3):
        ask(make_variant(stock=0))

    assert StockNotice.objects.count() == 2


def test_product_that_was_hidden_sends_nothing_until_it_is_shown_again(sold_out):
    ask(sold_out)
    catalog.unpublish_product(product_id=product_of(sold_out))
    restock(sold_out)
    notifications.tend_stock_notices()
    deliver_all()
    assert mail.outbox == []

    catalog.publish_product(product_id=product_of(sold_out))
    notifications.tend_stock_notices()
    deliver_all()

    assert len(mail.outbox) == 1


def test_product_that_was_deleted_sends_nothing_ever(sold_out):
    ask(sold_out)
    catalog.delete_product(product_id=product_of(sold_out))

    restock(sold_out)

    (notice,) = StockNotice.objects.all()
    assert (mail.outbox, notice.state, notice.address) == ([], "dropped", "")


def test_what_is_sold_again_before_the_mail_leaves_is_told_the_next_time(sold_out):
    ask(sold_out)
    inventory.set_on_hand(variant_id=sold_out, on_hand=1, reason="test")
    stock_notices._make_due(variant_ids=[sold_out])
    inventory.set_on_hand(variant_id=sold_out, on_hand=0, reason="test")
    deliver_all()
    assert mail.outbox == []

    restock(sold_out)

    assert len(mail.outbox) == 1


def test_stock_that_comes_while_somebody_asks_is_not_missed(sold_out):
    """The event finds nobody waiting yet: the request itself looks again after its commit."""
    keep = stock_notices._keep

    def restocked_first(notice):
        restock(sold_out)
        keep(notice)

    with patch.object(stock_notices, "_keep", restocked_first):
        ask(sold_out)
    deliver_all()

    assert len(mail.outbox) == 1


def test_what_a_crash_after_the_commit_left_behind_is_found_later(sold_out):
    with patch.object(stock_notices, "wake_for", side_effect=SystemExit), pytest.raises(SystemExit):
        ask(sold_out)
    with patch.object(stock_notices, "make_due"):  # an event that came before the commit
        restock(sold_out)
    assert mail.outbox == []

    notifications.tend_stock_notices()
    deliver_all()

    assert len(mail.outbox) == 1


def test_address_that_bounced_for_good_is_not_written_to(sold_out):
    ask(sold_out)
    DeadAddress.objects.create(address_hash=bounces.address_hash("ada@example.com"))

    restock(sold_out)

    assert (mail.outbox, StockNotice.objects.get().state) == ([], "dropped")


def test_link_in_the_mail_ends_everything_the_address_waits_for(sold_out):
    other = make_variant(stock=0)
    ask(sold_out)
    ask(other)
    ask(other, "bob@example.com")
    restock(sold_out)
    token = token_of(mail.outbox[0])

    assert notifications.stop_stock_notices(token=token)
    assert notifications.stop_stock_notices(token=token)
    assert not notifications.stop_stock_notices(token="forged")

    restock(other)
    assert [sent.to[0] for sent in mail.outbox] == ["ada@example.com", "bob@example.com"]


def test_who_asked_half_a_year_ago_is_forgotten(sold_out):
    ask(sold_out)
    ask(sold_out, "bob@example.com")
    old = StockNotice.objects.filter(address="ada@example.com")
    old.update(requested_at=F("requested_at") - timedelta(days=181))

    assert notifications.tend_stock_notices() == 1

    restock(sold_out)
    assert [sent.to for sent in mail.outbox] == [["bob@example.com"]]


def test_mail_server_that_refuses_is_tried_again_and_then_parked(sold_out, settings):
    settings.MESSAGING = {**settings.MESSAGING, "BACKOFF_BASE_MS": -1, "BACKOFF_CAP_MS": -1}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # the discard port: nobody listens
    ask(sold_out)

    restock(sold_out)
    for _ in range(settings.MESSAGING["MAX_ATTEMPTS"]):
        work.drive(name="notifications.send_stock_notice")

    (parked,) = messaging.list_parked()
    assert parked.kind == "notifications.send_stock_notice"


def test_preview_shows_some_product_and_nothing_where_there_is_none():
    assert notifications.preview_stock_notice(language="en") is None

    make_variant()

    written = notifications.preview_stock_notice(language="en")
    assert "is in stock again" in written.text
    assert "token=" not in written.html


def at_once(*calls):
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(10)
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_equal_requests_and_four_workers_make_one_mail():
    sold_out = make_variant(stock=0)
    deliver_all(slow=False)

    at_once(*[lambda: ask(sold_out)] * 10)
    assert StockNotice.objects.count() == 1

    inventory.set_on_hand(variant_id=sold_out, on_hand=5, reason="test")
    deliver_all_but_work()
    at_once(*[lambda: work.drive(name="notifications.send_stock_notice")] * 4)

    assert len(mail.outbox) == 1


def deliver_all_but_work():
    """Relay and drain, so that the notice is due and nobody has begun it."""
    with patch("apps.messaging.testing.work.due_drivers", return_value=[]):
        deliver_all()
