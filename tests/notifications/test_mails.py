"""Mails: one for each fact, whatever is repeated or fails on the way."""

import smtplib
from decimal import Decimal

import pytest
from django.core import mail
from django.db import transaction

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.messaging import work
from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications import handlers
from apps.notifications.models import OutboundMail
from apps.orders.events import OrderCancelled, OrderPaid, OrderRefunded
from tests.orders.making import place, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    placed, _ = place({stock(): 1})
    return placed


def test_placed_order_is_confirmed_in_text_and_html_with_a_link_that_opens_it(order, settings):
    deliver_all()

    (sent,) = mail.outbox
    assert sent.to == [order.email]
    assert order.number in sent.subject
    html = sent.alternatives[0][0]
    for body in (sent.body, html):
        assert str(order.total) in body
        assert f"{settings.STOREFRONT_URL}/orders/{order.id}/?token=" in body


def test_repeated_event_makes_no_second_mail(order):
    deliver_all()
    event = OrderPaid(
        order_id=order.id,
        version=2,
        number=order.number,
        payment_id=uuid7(),
        amount=order.total,
        customer_id=None,
        items=(),
    )

    for _ in range(3):
        with transaction.atomic():
            handlers.mail_paid(event)
        deliver_all()

    assert [sent.subject.split()[0] for sent in mail.outbox] == ["We", "Payment"]
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 2


@pytest.mark.parametrize(
    ("reason", "was_paid", "words"),
    [
        ("payment_deadline", False, "no payment arrived in time"),
        ("out_of_stock", True, "on its way back to you"),
        ("customer", False, "as you asked"),
    ],
)
def test_cancelled_mail_says_why_and_what_becomes_of_the_money(order, reason, was_paid, words):
    deliver_all()
    event = OrderCancelled(order_id=order.id, version=2, number=order.number, reason=reason, was_paid=was_paid)
    with transaction.atomic():
        handlers.mail_cancelled(event)

    deliver_all()

    assert words in mail.outbox[-1].body


def test_refund_mail_names_the_amount(order):
    deliver_all()
    amount = Money(Decimal("5.00"), "EUR")
    event = OrderRefunded(
        order_id=order.id, version=3, number=order.number, amount=amount, refunded=amount, complete=False
    )
    with transaction.atomic():
        handlers.mail_refunded(event)

    deliver_all()

    assert "5.00 EUR" in mail.outbox[-1].body


def test_mail_server_that_refuses_is_tried_again_and_then_parked(order, monkeypatch, settings):
    settings.MESSAGING = {**settings.MESSAGING, "BACKOFF_BASE_MS": -1, "BACKOFF_CAP_MS": -1}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # the discard port: nobody listens

    deliver_all()
    for _ in range(settings.MESSAGING["MAX_ATTEMPTS"]):
        work.drive(name="notifications.send_mail")

    (parked,) = messaging.list_parked()
    assert parked.kind == "notifications.send_mail"
    (known,) = notifications.list_mails(order_id=order.id)
    assert known.sent_at is None
    assert "Refused" in known.error or smtplib.SMTPException.__name__ in known.error


def test_folder_backend_writes_whole_files_named_by_message_id(order, settings, tmp_path):
    settings.EMAIL_BACKEND = "apps.notifications.gateways.folder.EmlFolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")

    deliver_all()

    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert OutboundMail.objects.get().message_id.encode() in file.read_bytes()
