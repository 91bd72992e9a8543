"""Mails about an account: a link for who forgot the password, and word that it was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import api as accounts
from apps.brand import api as brand
from apps.kernel import clock
from apps.messaging import api as messaging
from apps.messaging import work
from apps.notifications.contracts import AccountMailKind, WrittenMail
from apps.notifications.models import AccountMail
from apps.notifications.services import bounces, posting, sheets
from apps.web.formats import moment

DRIVER: Final = "notifications.send_account_mail"


def queue(*, kind: AccountMailKind, customer_id: UUID, about: UUID, language: str) -> None:
    """Write a mail's row, inside the handler's transaction; `about` is the id of what it tells of, so that a repeat makes no second one."""
    mail = AccountMail(
        kind=kind,
        customer_id=customer_id,
        language=sheets.supported(language),
        message_id=posting.message_id(f"{kind.value}.{about}"),
    )
    AccountMail.objects.bulk_create([mail], ignore_conflicts=True)
    messaging.wake(DRIVER)


def send(item: AccountMail) -> None:
    """Send a claimed mail and record it; only record it as withheld where the account was closed or its address bounced for good."""
    try:
        reset = accounts.make_password_reset(customer_id=item.customer_id)
    except accounts.CustomerNotFound:
        reset = None
    if reset is None or bounces.is_dead(reset.customer.email):
        with work.record(item) as row:
            row.withheld_at = Now()
        return
    written = write(AccountMailKind(item.kind), language=item.language, token=reset.token, at=item.asked_at)
    posting.post(written, to=reset.customer.email, message_id=item.message_id)
    with work.record(item) as row:
        row.sent_at = Now()


def preview(*, kind: AccountMailKind, language: str) -> WrittenMail:
    return write(kind, language=language, token="", at=clock.now())


def write(kind: AccountMailKind, *, language: str, token: str, at: datetime) -> WrittenMail:
    """Return a mail of one kind; without a `token` its link leads nowhere new."""
    with translation.override(sheets.supported(language)):
        words, button = _reset() if kind is AccountMailKind.PASSWORD_RESET else _changed(at)
        path = "new" if kind is AccountMailKind.PASSWORD_RESET else "forgotten"
        query = f"?{urlencode({'token': token})}" if path == "new" and token else ""
        link = f"{sheets.pages_of(translation.get_language())}/account/password/{path}/{query}"
        return sheets.render("account_mail", words, {"link": link, "button": button})


def _reset() -> tuple[sheets.Words, str]:
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    lasts = ngettext("The link works once, for %(count)s hour.", "The link works once, for %(count)s hours.", hours) % {
        "count": hours
    }
    words = sheets.Words(
        subject=_("Choose a new password"),
        heading=_("Choose a new password"),
        news=_("Somebody, hopefully you, asked for a new password for your account at %(shop)s.")
        % {"shop": brand.get_brand().name},
        next_step=lasts + " " + _("If it was not you, do nothing: your password stays as it is."),
    )
    return words, _("Choose a new password")


def _changed(at: datetime) -> tuple[sheets.Words, str]:
    words = sheets.Words(
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        news=_("The password of your account at %(shop)s was changed on %(moment)s.")
        % {"shop": brand.get_brand().name, "moment": moment(at)},
        next_step=_("If it was not you, choose a new one now, and write to us: answer this mail."),
    )
    return words, _("Choose another password")
