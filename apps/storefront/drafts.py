"""What was typed at the checkout and may not be complete yet: kept in the visitor's own session, for the way back to the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.http import HttpRequest

from apps.kernel import clock
from apps.storefront import address_form

_KEY: Final = "checkout_draft"
# The delivery method is kept with the bag alone: the total is that of the one there.
_FIELDS: Final = ("email", *address_form.FIELDS, "provider")
_ONLY_HERE: Final = ("provider",)
# Whoever comes back later than that begins with what the bag knows.
_SECONDS: Final = 7200
_LONGEST: Final = 2000


def keep(request: HttpRequest) -> None:
    """Keep the fields of the checkout's form as they were sent, in place of what was kept before."""
    _store(request, _FIELDS)


def keep_rest(request: HttpRequest) -> None:
    """Keep only what the bag does not, now that it has taken the others."""
    _store(request, _ONLY_HERE)


def _store(request: HttpRequest, names: Iterable[str]) -> None:
    typed = {name: request.POST.get(name, "").replace("\x00", "")[:_LONGEST] for name in names}
    request.session[_KEY] = {"at": _now(), "typed": typed}


def read(request: HttpRequest) -> Mapping[str, str]:
    """Return what was kept by field, nothing where there is nothing or it is too old."""
    kept = request.session.get(_KEY)
    if not kept or _now() - kept["at"] > _SECONDS:
        return {}
    typed: Mapping[str, str] = kept["typed"]
    return typed


def forget(request: HttpRequest) -> None:
    """Forget it: what was typed has become an order."""
    request.session.pop(_KEY, None)


def _now() -> int:
    return int(clock.now().timestamp())
