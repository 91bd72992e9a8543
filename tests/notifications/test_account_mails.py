"""Mails about accounts: the link for who forgot the password, and word that it was changed."""

import re
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import transaction
from django.utils import translation

from apps.accounts import api as accounts
from apps.accounts.contracts import Customer
from apps.accounts.events import PasswordChanged
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.notifications import handlers
from apps.notifications.models import AccountMail, DeadAddress
from apps.notifications.services import bounces, posting
from tests.notifications.test_mails import html_of

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "correct horse battery", "another fine secret"


def register(email: str = "ada@example.com") -> Customer:
    return accounts.register_customer(email=email, password=PASSWORD)


def ask(email="ada@example.com"):
    accounts.request_password_reset(email=email)
    deliver_all()


def token_in(sent):
    return re.search(r"token=(\S+)", sent.body)[1]


def test_link_in_the_mail_changes_the_password_and_that_is_told(settings):
    customer = register()

    ask()
    (asked,) = mail.outbox
    accounts.reset_password(token=token_in(asked), password=NEW)
    deliver_all()

    told = mail.outbox[1]
    assert [sent.to for sent in mail.outbox] == [["ada@example.com"]] * 2
    assert (asked.subject, told.subject) == ("Choose a new password", "Your password was changed")
    assert accounts.authenticate_customer(email="ada@example.com", password=NEW).id == customer.id
    for body in (asked.body, html_of(asked)):
        assert f"{settings.STOREFRONT_URL}/account/password/new/?token=" in body
        assert "works once, for 1 hour" in body
    for body in (told.body, html_of(told)):
        assert f"{settings.STOREFRONT_URL}/account/password/forgotten/" in body
        assert "If it was not you" in body
    for sent in mail.outbox:
        assert not re.findall(r"<(script|link|iframe|form|svg|object)", html_of(sent))


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_mail_is_in_the_language_it_was_asked_in(settings, language):
    register()

    with translation.override(language):
        ask()

    (sent,) = mail.outbox
    prefix = "" if language == "en" else f"/{language}"
    assert f"{settings.STOREFRONT_URL}{prefix}/account/password/new/?token=" in sent.body
    assert (sent.subject == "Choose a new password") is (language == "en")


def test_stranger_and_closed_account_get_nothing():
    register()
    ask("nobody@example.com")
    with patch.object(accounts, "make_password_reset", side_effect=accounts.CustomerNotFound("closed meanwhile")):
        ask()

    assert mail.outbox == []
    assert [row.withheld_at is None for row in AccountMail.objects.all()] == [False]


def test_address_that_bounced_for_good_gets_nothing():
    register()
    DeadAddress.objects.create(address_hash=bounces.address_hash("ada@example.com"))

    ask()

    assert mail.outbox == []


def test_each_request_is_one_mail_however_often_its_event_comes():
    customer = register()
    event = PasswordChanged(change_id=uuid7(), customer_id=customer.id, language="en")

    for _ in range(3):
        with transaction.atomic():
            handlers.mail_password_changed(event)
    deliver_all()

    assert len(mail.outbox) == 1


def test_mail_that_could_not_be_sent_is_tried_again_with_a_link_that_is_good():
    register()
    with patch.object(posting.EmailMultiAlternatives, "send", side_effect=[OSError("away"), 1]) as send:
        accounts.request_password_reset(email="ada@example.com")
        deliver_all()

    assert send.call_count == 2
    assert AccountMail.objects.get().sent_at


def test_no_link_is_kept():
    register()
    ask()

    assert token_in(mail.outbox[0]) not in str(list(AccountMail.objects.values()))
