"""Handing a written mail to the mail server."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from apps.brand import api as brand
from apps.notifications.contracts import WrittenMail


def post(written: WrittenMail, *, to: str, message_id: str, headers: Mapping[str, str] | None = None) -> None:
    """Send a mail; returns once the server took it. A repeat under the same `message_id` is known as one by mail programs."""
    message = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        from_email=brand.get_brand().sender,
        to=[to],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", **(headers or {})},
    )
    message.attach_alternative(written.html, "text/html")
    message.send()


def message_id(name: str) -> str:
    """Return a Message-ID that is always the same for the same name."""
    return f"<{name}@{urlsplit(settings.STOREFRONT_URL).hostname}>"
