"""The drivers that send mails, and what beat sends."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.messaging import work
from apps.notifications import api
from apps.notifications.models import AccountMail, OutboundMail, StockNotice
from apps.notifications.services import account_mails, mails, stock_notices


@work.driver(mails.DRIVER, model=OutboundMail)
def send_mail(item: OutboundMail) -> None:
    """Send one mail."""
    mails.send(item)


@work.driver(account_mails.DRIVER, model=AccountMail)
def send_account_mail(item: AccountMail) -> None:
    """Send one mail about an account."""
    account_mails.send(item)


@work.driver(stock_notices.DRIVER, model=StockNotice)
def send_stock_notice(item: StockNotice) -> None:
    """Tell one person that something is back."""
    stock_notices.send(item)


@shared_task(name="notifications.tend_stock_notices")
def tend_stock_notices(**kwargs: Any) -> None:
    """Forget old notices and wake those that were left behind; beat sends this every hour."""
    api.tend_stock_notices()
