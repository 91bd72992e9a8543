"""Published interface of notifications: what was sent about an order, what came back, what a mail looks like, who waits for stock."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from apps.accounts import api as accounts
from apps.messaging import api as messaging
from apps.notifications.contracts import AccountMailKind, Bounce, BounceOutcome, MailKind, SentMail, WrittenMail
from apps.notifications.models import AccountMail, OutboundMail
from apps.notifications.services import account_mails, bounces, previewing, stock_notices
from apps.orders import api as orders

__all__ = [
    "AccountMailKind",
    "Bounce",
    "BounceOutcome",
    "MailKind",
    "SentMail",
    "WrittenMail",
    "ask_for_stock_notice",
    "is_address_dead",
    "list_account_mails",
    "list_mails",
    "preview_account_mail",
    "preview_mail",
    "preview_stock_notice",
    "record_bounce",
    "stop_stock_notices",
    "tend_stock_notices",
    "write_to_address_again",
]

_MOST_ACCOUNT_MAILS: Final = 20


def list_mails(*, order_id: UUID) -> tuple[SentMail, ...]:
    """Return the mails about an order, oldest first, with what came back of them; two queries."""
    rows = OutboundMail.objects.filter(order_id=order_id).order_by("id").prefetch_related("bounces")
    return tuple(map(_sent_mail, rows))


def list_account_mails(*, customer_id: UUID) -> tuple[SentMail, ...]:
    """Return the newest twenty mails about an account, newest first, with what came back of them; two queries."""
    rows = AccountMail.objects.filter(customer_id=customer_id).order_by("-id").prefetch_related("bounces")
    return tuple(map(_sent_mail, rows[:_MOST_ACCOUNT_MAILS]))


def _sent_mail(row: OutboundMail | AccountMail) -> SentMail:
    return SentMail(
        id=row.id,
        kind=row.kind,
        message_id=row.message_id,
        sent_at=row.sent_at,
        withheld_at=row.withheld_at,
        error=row.last_error,
        bounces=tuple(
            Bounce(status=each.status, reason=each.reason, is_final=each.is_final, recorded_at=each.recorded_at)
            for each in row.bounces.all()
        ),
    )


def preview_mail(*, kind: MailKind, order_id: UUID, language: str) -> WrittenMail:
    """Return the mail of `kind` about an order in a language of `settings.LANGUAGES`, as its buyer would get it were that the news now.

    What the order does not have yet (a parcel, a refund) is made up. The link opens the order's page for who may see it anyway: it bears
    no token. Raises orders.OrderNotFound.
    """
    return previewing.preview(kind=kind, order_id=order_id, language=language)


def preview_account_mail(*, kind: AccountMailKind, language: str) -> WrittenMail:
    """Return the mail of `kind` about an account in a language of `settings.LANGUAGES`; its link bears no token."""
    return account_mails.preview(kind=kind, language=language)


def record_bounce(*, content: bytes) -> BounceOutcome:
    """Take a message that came back to the sender's mailbox: a delivery status notification (RFC 3464) as bytes.

    It is kept with the mail it is about, of an order, an account or stock that came back, found by Message-ID, once for each status code.
    Where it says that the mail's address takes no mail any more, nothing automatic is sent there until `write_to_address_again`.
    """
    report = bounces.read_report(content)
    if report is None:
        return BounceOutcome.NOT_A_REPORT
    if mail := bounces.find_mail(report):
        contact = orders.get_contact(order_id=mail.order_id)
        return _record(about=mail, report=report, sent_to=bounces.address_hash(contact.email))
    if about_account := bounces.find_account_mail(report):
        known = accounts.get_customers(ids=[about_account.customer_id]).get(about_account.customer_id)
        return _record(about=about_account, report=report, sent_to=bounces.address_hash(known.email) if known else "")
    if notice := bounces.find_stock_notice(report):
        return _record(about=notice, report=report, sent_to=notice.address_hash)
    return BounceOutcome.UNKNOWN_MAIL


_record = messaging.command(bounces.record)


def is_address_dead(*, address: str) -> bool:
    """Return whether automatic mail to an address is withheld because it bounced for good; one query."""
    return bounces.is_dead(address)


@messaging.command
def write_to_address_again(*, address: str) -> None:
    """Send automatic mail to an address again from now on; what was withheld stays unsent. Harmless where nothing was withheld."""
    bounces.revive([bounces.address_hash(address)])


def ask_for_stock_notice(*, variant_id: UUID, address: str, language: str = "") -> None:
    """Write one mail to an e-mail address once a variant that is sold out can be bought again.

    The same again changes nothing, and nothing tells whether the address waits already; of one address 20 wait at most, more are left out
    silently. `language` is one of settings.LANGUAGES, any other the shop's own. Raises Invalid: `email` (`invalid_email`, `too_long`),
    `variant_id` (`unknown_variant`: absent, a draft or without a price; `in_stock`).
    """
    stock_notices.ask(variant_id=variant_id, address=address, language=language)


def preview_stock_notice(*, language: str) -> WrittenMail | None:
    """Return the mail that says that something is back, about some published product; None while there is none."""
    return stock_notices.preview(language=language)


@messaging.command
def stop_stock_notices(*, token: str) -> bool:
    """Forget everything that the address of a stock notice waits for; `token` is that of the link in its mail.

    A repeat is harmless. False where the token is forged or expired.
    """
    return stock_notices.stop(token=token)


def tend_stock_notices() -> int:
    """Forget who asked more than 180 days ago, and wake who waits for what can be bought; return how many were forgotten."""
    forgotten = _forget_old()
    stock_notices.wake_all()
    return forgotten


_forget_old = messaging.command(stock_notices.forget_old)
