"""Bounces: told by a mail server, kept with the mail, and the end of automatic mail to an address that is gone."""

import mailbox
from io import BytesIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications import handlers
from apps.orders.events import OrderCancelled
from tests.orders.making import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    placed, _ = place()
    deliver_all()
    return placed


def report(order, *, status="5.1.1", action="failed", recipient="", message_id="", whole=True, original=""):
    """Return a delivery status notification as Postfix writes them (RFC 3464)."""
    recipient = recipient or order.email
    message_id = message_id or notifications.list_mails(order_id=order.id)[0].message_id
    returned = f"From: shop@example.com\nMessage-ID: {message_id}\nSubject: We received your order\n\n"
    fields = [
        f"Original-Recipient: rfc822;{original}" if original else "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        "Remote-MTA: dns; mx.example.com",
        f"Diagnostic-Code: smtp; 550 {status} <{recipient}>: Recipient address rejected:",
        "    User unknown",
    ]
    return "\n".join(
        [
            "From: MAILER-DAEMON@mail.example.com",
            "To: orders@shop.example",
            "Subject: Undelivered Mail Returned to Sender",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
            "",
            "--B",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "I'm sorry to have to inform you that your message could not be delivered.",
            "",
            "--B",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mail.example.com",
            "Arrival-Date: Sat, 21 Nov 2026 10:00:00 +0000 (UTC)",
            "",
            *filter(None, fields),
            "",
            "--B",
            "Content-Type: " + ("message/rfc822" if whole else "text/rfc822-headers"),
            "",
            returned + ("Hello\n" if whole else ""),
            "--B--",
            "",
        ]
    ).encode()


def cancel(order):
    event = OrderCancelled(order_id=order.id, version=2, number=order.number, reason="customer", was_paid=False)
    with transaction.atomic():
        handlers.mail_cancelled([event])
    deliver_all()


@pytest.mark.parametrize("whole", [True, False])
def test_address_that_is_gone_is_told_and_gets_no_further_mail(order, whole):
    assert notifications.record_bounce(content=report(order, whole=whole)) is notifications.BounceOutcome.FINAL

    cancel(order)

    assert len(mail.outbox) == 1
    placed, cancelled = notifications.list_mails(order_id=order.id)
    (bounce,) = placed.bounces
    assert (bounce.status, bounce.is_final) == ("5.1.1", True)
    assert bounce.reason == "550 5.1.1 <the address>: Recipient address rejected: User unknown"
    assert cancelled.sent_at is None
    assert cancelled.withheld_at is not None
    assert notifications.is_address_dead(address=order.email.upper())


def test_mail_goes_to_the_address_again_once_staff_say_so(order):
    notifications.record_bounce(content=report(order))

    notifications.write_to_address_again(address=order.email)
    cancel(order)

    assert len(mail.outbox) == 2
    assert not notifications.is_address_dead(address=order.email)


@pytest.mark.parametrize(
    ("status", "action"), [("5.2.2", "failed"), ("5.7.1", "failed"), ("5.3.4", "failed"), ("4.4.1", "delayed")]
)
def test_full_mailbox_policy_size_and_delay_are_kept_but_end_nothing(order, status, action):
    outcome = notifications.record_bounce(content=report(order, status=status, action=action))

    cancel(order)

    assert outcome is notifications.BounceOutcome.RECORDED
    assert len(mail.outbox) == 2
    assert not notifications.list_mails(order_id=order.id)[0].bounces[0].is_final


def test_same_report_twice_is_kept_once(order):
    notifications.record_bounce(content=report(order))

    assert notifications.record_bounce(content=report(order)) is notifications.BounceOutcome.KNOWN
    assert len(notifications.list_mails(order_id=order.id)[0].bounces) == 1


def test_report_that_names_another_address_strikes_nobody_off(order):
    outcome = notifications.record_bounce(content=report(order, recipient="somebody@else.example"))

    assert outcome is notifications.BounceOutcome.RECORDED
    assert not notifications.is_address_dead(address=order.email)
    assert not notifications.is_address_dead(address="somebody@else.example")


def test_forwarded_mail_counts_for_the_address_it_was_sent_to(order):
    content = report(order, recipient="new@else.example", original=order.email)

    assert notifications.record_bounce(content=content) is notifications.BounceOutcome.FINAL


def test_report_about_a_mail_of_somebody_else_is_left_alone(order):
    content = report(order, message_id="<placed.1@other.example>")

    assert notifications.record_bounce(content=content) is notifications.BounceOutcome.UNKNOWN_MAIL


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00 nothing",
        b"From: ada@example.com\nSubject: Where is my order?\n\nHello",
        b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n--B--",
        b"Content-Type: message/rfc822\n\nFrom: x\n\n",
    ],
)
def test_what_is_no_report_is_said_to_be_none(content):
    assert notifications.record_bounce(content=content) is notifications.BounceOutcome.NOT_A_REPORT


def test_report_of_a_delivery_is_no_bounce(order):
    content = report(order, action="delivered", status="2.0.0")

    assert notifications.record_bounce(content=content) is notifications.BounceOutcome.NOT_A_REPORT


def test_database_keeps_no_address(order):
    notifications.record_bounce(content=report(order))

    bounce = notifications.list_mails(order_id=order.id)[0].bounces[0]
    assert order.email not in bounce.reason


def _file(folder, content):
    path = folder / "bounce.eml"
    path.write_bytes(content)
    return path


def _folder(folder, content):
    _file(folder, content)
    (folder / "readme.txt").write_text("not a mail")
    return folder


def _mbox(folder, content):
    box = mailbox.mbox(folder / "inbox")
    box.add(content)
    box.close()
    return folder / "inbox"


def _maildir(folder, content):
    mailbox.Maildir(folder / "box", create=True).add(content)
    return folder / "box"


@pytest.mark.parametrize("make", [_file, _folder, _mbox, _maildir])
def test_command_reads_every_kind_of_mailbox_and_repeats_do_no_harm(order, tmp_path, capsys, make):
    source = make(tmp_path, report(order))

    call_command("record_bounces", str(source))
    call_command("record_bounces", str(source))

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1 messages: 1 final, 0 recorded, 0 known")
    assert second.startswith("1 messages: 0 final, 0 recorded, 1 known")


def test_command_takes_one_message_from_a_pipe(order, monkeypatch, capsys):
    class Pipe:
        buffer = BytesIO(report(order))

    monkeypatch.setattr("sys.stdin", Pipe)

    call_command("record_bounces", "-")

    assert "1 final" in capsys.readouterr().out


def test_command_names_what_is_not_there():
    with pytest.raises(CommandError, match="/no/where: there is no such file or folder"):
        call_command("record_bounces", "/no/where")
