"""The languages of the shop: pages in another than its own begin with its code, such as /de/products/; REST takes Accept-Language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, get_language_from_path, get_supported_language_variant, override
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.web.middleware import is_page


def other_languages() -> tuple[str, ...]:
    """Return the codes of the shop's languages besides its own, in which texts of the catalogue may be translated."""
    return tuple(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


def active_language() -> str:
    """Return the code of the language that is spoken now; the shop's own where none is."""
    return get_language() or settings.LANGUAGE_CODE


def text_in(language: str, texts: Mapping[str, Mapping[str, str]], name: str) -> str:
    """Return a text of those by language and name: in `language`, else in the shop's own, else ""."""
    return texts.get(language, {}).get(name) or texts.get(settings.LANGUAGE_CODE, {}).get(name, "")


def prefix_of(language: str) -> str:
    """Return what the paths of pages in a language begin with: "" for the shop's own, "/de" for German."""
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"


def path_in(language: str, path: str) -> str:
    """Return the path of the same page in another language: "/de/cart/" for "/cart/" or "/fr/cart/"."""
    spoken = get_language_from_path(path)
    return f"{prefix_of(language)}{path.removeprefix(f'/{spoken}') if spoken else path}"


@lru_cache(maxsize=500)
def accepted_language(header: str) -> str:
    """Return the first of the shop's languages that an Accept-Language asks for, its own where it asks for none of them.

    Remembered by header: it stands on the way of every kept answer, and browsers send few different ones.
    """
    for accepted, _ in parse_accept_lang_header(header):
        if accepted == "*":
            break
        with suppress(LookupError):
            return get_supported_language_variant(accepted)
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Speaks the language of a page's path; REST that of Accept-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language of the request, and leave none behind for the next one of this thread."""
        with override(_language_of(request)):
            return self.get_response(request)


def _language_of(request: HttpRequest) -> str:
    if not is_page(request):
        return accepted_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    return get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
