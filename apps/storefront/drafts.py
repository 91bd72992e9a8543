"""What was typed at the checkout and may not be complete yet: kept for the way back to the form, by this browser only, for two hours.

It lies in the cache under an id that the session holds: whatever keeps it writes no session, which could undo what another request
of the same browser (one that places an order) writes there at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import uuid4

from django.core.cache import cache
from django.http import HttpRequest

from apps.storefront import address_form

SECONDS: Final = 7200
_ID: Final = "checkout_draft"
# The delivery method is kept with the bag alone: the total is that of the one there.
_FIELDS: Final = ("email", *address_form.FIELDS, "provider")
_ONLY_HERE: Final = ("provider",)
_LONGEST: Final = 2000


def keep(request: HttpRequest) -> None:
    """Keep the fields of the checkout's form as they were sent, in place of what was kept before."""
    _store(request, _FIELDS)


def keep_rest(request: HttpRequest) -> None:
    """Keep only what the bag does not, now that it has taken the others."""
    _store(request, _ONLY_HERE)


def _store(request: HttpRequest, names: Iterable[str]) -> None:
    typed = {name: request.POST.get(name, "").replace("\x00", "")[:_LONGEST] for name in names}
    cache.set(_key(request), typed, timeout=SECONDS)


def read(request: HttpRequest) -> Mapping[str, str]:
    """Return what was kept by field, nothing where there is nothing (any more); what is typed next has a place from now on."""
    typed: Mapping[str, str] = cache.get(_key(request)) or {}
    return typed


def forget(request: HttpRequest) -> None:
    """Forget it: what was typed has become an order. What is still on its way here finds another id, and is never read."""
    if draft_id := request.session.pop(_ID, None):
        cache.delete(f"{_ID}:{draft_id}")


def _key(request: HttpRequest) -> str:
    if _ID not in request.session:
        request.session[_ID] = uuid4().hex
    return f"{_ID}:{request.session[_ID]}"
