"""What all mails share: the shop's frame, told as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from apps.brand import api as brand
from apps.content import api as content
from apps.media import api as media
from apps.media.contracts import MailForm
from apps.notifications.contracts import WrittenMail
from apps.web.languages import active_language, prefix_of

_LOGO_HEIGHT: Final = 36
# What a mail links below, where the shop tells about it.
_LINKED: Final = (content.PagePurpose.RETURNS, content.PagePurpose.TERMS, content.PagePurpose.PRIVACY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Subject, heading, news and next step of a mail."""

    subject: str
    heading: str
    news: str
    next_step: str


def render(sheet: str, words: Words, context: Mapping[str, Any]) -> WrittenMail:
    """Return the mail that the templates `<sheet>.txt` and `<sheet>.html` make in the active language."""
    shop = brand.get_brand()
    whole = {
        "language": translation.get_language(),
        "words": words,
        "shop": shop,
        "logo": _logo(shop),
        "shop_url": pages_of(translation.get_language()),
        "pages": _links(),
        **context,
    }
    return WrittenMail(
        subject=words.subject,
        text=_without_blank_runs(render_to_string(f"notifications/{sheet}.txt", whole)),
        html=render_to_string(f"notifications/{sheet}.html", whole),
    )


def supported(language: str) -> str:
    """Return the language, or the shop's own where mails are not written in it."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def pages_of(language: str) -> str:
    """Return what the addresses of the shop's pages in a language begin with."""
    return f"{settings.STOREFRONT_URL}{prefix_of(language)}"


def _links() -> list[tuple[str, str]]:
    """Return title and address of each page that mails link, in the active language."""
    links = content.list_page_links(language=active_language())
    return [
        (each.title, f"{pages_of(active_language())}/pages/{each.slug}/") for each in links if each.purpose in _LINKED
    ]


def _logo(shop: brand.Brand) -> dict[str, Any] | None:
    """Return the logo's public address, and the size it is shown in: some mail programs read attributes only."""
    if shop.logo is None:
        return None
    width = min(round(shop.logo.width * _LOGO_HEIGHT / shop.logo.height), 200)
    height = round(shop.logo.height * width / shop.logo.width)
    address = media.for_mail(shop.logo.url, form=MailForm.LOGO)
    return {"url": f"{settings.STOREFRONT_URL}{address}", "width": width, "height": height}


def _without_blank_runs(text: str) -> str:
    """Return text with at most one empty line in a row: templates leave more."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept) + "\n"
