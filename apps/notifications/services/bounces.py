"""Bounces: reading what a mail server reports, and which addresses take no mail any more.

Reports are delivery status notifications (RFC 3464); their codes are those of RFC 3463.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import Any, Final, cast
from uuid import UUID

from django.utils.crypto import salted_hmac

from apps.notifications.contracts import BounceOutcome
from apps.notifications.models import AccountMail, Bounce, DeadAddress, OutboundMail, StockNotice

_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
# Unknown, unnamed or unroutable addresses and closed mailboxes. A full mailbox (5.2.2), a message too large (5.2.3, 5.3.4) or one
# refused by policy (5.7.x) says nothing about the next mail.
_FINAL: Final = re.compile(r"5\.[014]\.\d+|5\.2\.1")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_LONGEST_REASON: Final = 300
_STOCK_NOTICE: Final = re.compile(r"<stock\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A failed or delayed delivery: of which mail, to which addresses, and why."""

    message_id: str
    addresses: frozenset[str]
    is_failure: bool
    status: str
    reason: str

    @property
    def is_final(self) -> bool:
        """Return whether the address itself is at fault, for good."""
        return self.is_failure and bool(_FINAL.fullmatch(self.status))


def read_report(content: bytes) -> Report | None:
    """Return what a message reports; None where it is no report, or only reports that a mail arrived or was passed on."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    if message.get_content_type() != "multipart/report":
        return None
    message_id = next(_original_ids(message), "")
    for fields in _recipients(message):
        action = _text(fields, "Action").lower()
        if action in ("failed", "delayed"):
            return _report(fields, message_id=message_id, is_failure=action == "failed")
    return None


def _report(fields: Message[Any, Any], *, message_id: str, is_failure: bool) -> Report:
    addresses = {_address(_text(fields, name)) for name in ("Original-Recipient", "Final-Recipient")} - {""}
    reason = _text(fields, "Diagnostic-Code").partition(";")[2].strip()
    for address in addresses:
        reason = re.sub(re.escape(address), "the address", reason, flags=re.IGNORECASE)
    found = _STATUS.search(_text(fields, "Status"))
    return Report(
        message_id=message_id,
        addresses=frozenset(addresses),
        is_failure=is_failure,
        status=found[0] if found else "5.0.0" if is_failure else "4.0.0",
        reason=reason[:_LONGEST_REASON],
    )


def _recipients(message: EmailMessage) -> Iterator[Message[Any, Any]]:
    """Return the fields of each recipient: the blocks after the first, which is about the mail."""
    for part in message.walk():
        blocks: Any = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from blocks[1:]


def _original_ids(message: EmailMessage) -> Iterator[str]:
    """Return the Message-ID of the mail that came back, whole or its headers only."""
    for part in message.walk():
        kind, content = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(content, list):
            header = _text(cast("Message[Any, Any]", content[0]), "Message-ID")
        elif kind == "text/rfc822-headers":
            header = _text(email.message_from_string(str(content)), "Message-ID")
        else:
            continue
        yield from _MESSAGE_ID.findall(header)


def _text(fields: Message[Any, Any], name: str) -> str:
    """Return a header's text on one line, without what a database does not take."""
    return " ".join(str(fields.get(name) or "").replace("\0", "").split())


def _address(field: str) -> str:
    """Return the address of "rfc822; ada@example.com"."""
    return field.partition(";")[2].strip().strip("<>").lower()


def find_mail(report: Report) -> OutboundMail | None:
    return OutboundMail.objects.filter(message_id=report.message_id, sent_at__isnull=False).first()


def find_account_mail(report: Report) -> AccountMail | None:
    return AccountMail.objects.filter(message_id=report.message_id, sent_at__isnull=False).first()


def find_stock_notice(report: Report) -> StockNotice | None:
    found = _STOCK_NOTICE.fullmatch(report.message_id)
    return StockNotice.objects.filter(pk=UUID(found[1]), sent_at__isnull=False).first() if found else None


def record(*, about: OutboundMail | AccountMail | StockNotice, report: Report, sent_to: str) -> BounceOutcome:
    """Keep a report about a mail to the address that `sent_to` is the hash of.

    The address counts as dead only where the report names it: whoever holds a mail could else have any address struck off.
    """
    is_final = report.is_final and sent_to in map(address_hash, report.addresses)
    column = {OutboundMail: "mail", AccountMail: "account_mail", StockNotice: "stock_notice"}[type(about)]
    _, is_new = Bounce.objects.get_or_create(
        **{column: about}, status=report.status, defaults={"reason": report.reason, "is_final": is_final}
    )
    if not is_new:
        return BounceOutcome.KNOWN
    if not is_final:
        return BounceOutcome.RECORDED
    DeadAddress.objects.bulk_create([DeadAddress(address_hash=sent_to)], ignore_conflicts=True)
    return BounceOutcome.FINAL


def is_dead(address: str) -> bool:
    return DeadAddress.objects.filter(pk=address_hash(address)).exists()


def revive(address_hashes: Collection[str]) -> int:
    """Let addresses take mail again; return how many took none."""
    return DeadAddress.objects.filter(pk__in=address_hashes).delete()[0]


def address_hash(address: str) -> str:
    """Return what an address is recognised by where it is not to be read."""
    return salted_hmac("notifications.dead_address", address.strip().lower(), algorithm="sha256").hexdigest()
