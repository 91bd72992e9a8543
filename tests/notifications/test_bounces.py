"""Bounces: told by a mail server, kept with the mail, and the end of automatic mail to an address that is gone."""

import mailbox
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts import api as accounts
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications import handlers
from apps.notifications.models import StockNotice
from apps.orders.events import OrderCancelled
from tests.checkout.shopping import make_variant
from tests.orders.making import place

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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


@pytest.fixture
def told():
    """The Message-ID of a mail that told ada@example.com that something is back, and the variant."""
    variant_id = make_variant(stock=0)
    notifications.ask_for_stock_notice(variant_id=variant_id, address="ada@example.com", language="en")
    inventory.set_on_hand(variant_id=variant_id, on_hand=5, reason="test")
    deliver_all()
    return mail.outbox[-1].extra_headers["Message-ID"], variant_id


def of_stock_mail(message_id, *, recipient="ada@example.com", **changes):
    return report(None, message_id=message_id, recipient=recipient, **changes)


def ask_again(variant_id):
    """Let the address wait again for what sells out and comes back; return how many mails that makes."""
    before = len(mail.outbox)
    inventory.set_on_hand(variant_id=variant_id, on_hand=0, reason="test")
    notifications.ask_for_stock_notice(variant_id=variant_id, address="Ada@example.com", language="en")
    inventory.set_on_hand(variant_id=variant_id, on_hand=5, reason="test")
    deliver_all()
    return len(mail.outbox) - before


@pytest.mark.parametrize("whole", [True, False])
def test_address_that_a_stock_mail_did_not_reach_is_not_written_to_again(told, whole):
    message_id, variant_id = told

    outcome = notifications.record_bounce(content=of_stock_mail(message_id, whole=whole))

    assert outcome is notifications.BounceOutcome.FINAL
    assert notifications.record_bounce(content=of_stock_mail(message_id)) is notifications.BounceOutcome.KNOWN
    assert notifications.is_address_dead(address="ADA@example.com")
    assert ask_again(variant_id) == 0


@pytest.mark.parametrize(
    "changes", [{"status": "5.2.2"}, {"status": "4.4.1", "action": "delayed"}, {"recipient": "bob@example.com"}]
)
def test_stock_mail_that_bounced_otherwise_is_kept_and_ends_nothing(told, changes):
    message_id, variant_id = told

    outcome = notifications.record_bounce(content=of_stock_mail(message_id, **changes))

    assert outcome is notifications.BounceOutcome.RECORDED
    assert ask_again(variant_id) == 1


@pytest.fixture
def customer():
    """An account with a mail about its password."""
    made = accounts.register_customer(email="ada@example.com", password="correct horse battery")
    accounts.request_password_reset(email=made.email)
    deliver_all()
    return made


def of_account_mail(customer, **changes):
    message_id = notifications.list_account_mails(customer_id=customer.id)[0].message_id
    return report(None, message_id=message_id, **{"recipient": customer.email, **changes})


def test_account_mail_that_came_back_for_good_is_kept_and_ends_mails_to_the_address(customer):
    outcomes = [notifications.record_bounce(content=of_account_mail(customer)) for _ in range(2)]

    accounts.request_password_reset(email=customer.email)
    deliver_all()

    assert outcomes == [notifications.BounceOutcome.FINAL, notifications.BounceOutcome.KNOWN]
    latest, first = notifications.list_account_mails(customer_id=customer.id)
    assert [(bounce.status, bounce.is_final) for bounce in first.bounces] == [("5.1.1", True)]
    assert latest.withheld_at
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("changes", [{"status": "5.2.2"}, {"recipient": "bob@example.com"}])
def test_account_mail_that_came_back_otherwise_is_kept_and_ends_nothing(customer, changes):
    outcome = notifications.record_bounce(content=of_account_mail(customer, **changes))

    assert outcome is notifications.BounceOutcome.RECORDED
    assert not notifications.is_address_dead(address=customer.email)


def test_staff_see_on_the_persons_page_what_came_back_and_let_it_be_written_to_again(customer, client):
    notifications.record_bounce(content=of_account_mail(customer))
    client.force_login(get_user_model().objects.create_superuser("staff@example.com", "x"))
    address = reverse("backoffice:customer", args=[customer.id])

    page = client.get(address).content.decode()
    again = client.post(reverse("backoffice:write_to_customer_again", args=[customer.id]), follow=True)

    assert "Password reset, sent" in page
    assert "Came back" in page
    assert "5.1.1 550 5.1.1 &lt;the address&gt;" in page
    assert "Nothing automatic is sent to ada@example.com" in page
    assert "Mails go to ada@example.com again." in again.content.decode()
    assert not notifications.is_address_dead(address=customer.email)
    assert client.get(reverse("backoffice:mail_preview") + "?kind=password%20reset").context["kind"] == "password reset"


def test_who_may_only_look_lets_no_address_be_written_to_again(customer, client):
    client.force_login(get_user_model().objects.create_user("reader@example.com", is_staff=True))

    answer = client.post(reverse("backoffice:write_to_customer_again", args=[customer.id]))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["stock.{unknown}", "stock.nonsense", "stock.{unknown}.more"])
def test_report_about_no_stock_mail_of_ours_is_left_alone(name):
    content = of_stock_mail(f"<{name.format(unknown=uuid7())}@localhost>")

    assert notifications.record_bounce(content=content) is notifications.BounceOutcome.UNKNOWN_MAIL


def test_stock_mail_that_is_not_out_cannot_have_come_back():
    variant_id = make_variant(stock=0)
    notifications.ask_for_stock_notice(variant_id=variant_id, address="ada@example.com", language="en")
    waiting = StockNotice.objects.get()

    outcome = notifications.record_bounce(content=of_stock_mail(f"<stock.{waiting.id}@localhost>"))

    assert outcome is notifications.BounceOutcome.UNKNOWN_MAIL


def test_staff_see_what_came_back_of_stock_mails_without_the_address_and_let_it_be_written_to_again(told, client):
    message_id, variant_id = told
    notifications.record_bounce(content=of_stock_mail(message_id))
    client.force_login(get_user_model().objects.create_superuser("staff@example.com", "x"))
    address = reverse("admin:notifications_stocknotice_changelist")

    listed = client.get(f"{address}?bounces__is_final__exact=1").content.decode()
    (notice,) = StockNotice.objects.all()
    page = client.get(reverse("admin:notifications_stocknotice_change", args=[notice.id])).content.decode()
    done = client.post(address, {"action": "write_again", "_selected_action": [str(notice.id)]}, follow=True)

    for text in (listed, page):
        assert "5.1.1 550 5.1.1 &lt;the address&gt;: Recipient address rejected: User unknown" in text
        assert "ada@example.com" not in text
    assert "Written to again from now on, though mails had come back for good: 1." in done.content.decode()
    assert ask_again(variant_id) == 1


def test_list_of_stock_mails_costs_the_same_however_many_came_back(client):
    client.force_login(get_user_model().objects.create_superuser("staff@example.com", "x"))
    address = reverse("admin:notifications_stocknotice_changelist")
    costs = []
    for _ in range(2):
        for _ in range(3):
            variant_id = make_variant(stock=0)
            notifications.ask_for_stock_notice(variant_id=variant_id, address=f"{uuid7()}@example.com", language="en")
            inventory.set_on_hand(variant_id=variant_id, on_hand=5, reason="test")
            deliver_all()
            sent = mail.outbox[-1]
            notifications.record_bounce(content=of_stock_mail(sent.extra_headers["Message-ID"], recipient=sent.to[0]))
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).content.decode().count("User unknown") == 3 * (len(costs) + 1)
        costs.append(len(captured))

    assert costs[0] == costs[1]


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
