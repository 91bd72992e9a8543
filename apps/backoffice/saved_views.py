"""Views of the list of orders that a member of staff keeps: a name for filters, search and order of rows."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.core import signing
from django.db import IntegrityError
from django.db.models import QuerySet

from apps.backoffice.models import SavedView
from apps.kernel.errors import Conflict, Invalid
from apps.messaging import api as messaging

MOST: Final = 20
LONGEST_NAME: Final = 40
_LONGEST_QUERY: Final = 1000
_SALT: Final = "backoffice.saved_view"


class TooManyViews(Conflict):
    """This member of staff keeps as many views as anybody may."""

    code: ClassVar[str] = "too_many_views"


def seal(query: str) -> str:
    """Return a query that the list has understood so that `keep_view` can tell it from one that somebody made up."""
    return signing.dumps(query, salt=_SALT)


def unseal(sealed: str) -> str:
    """Return the query of `seal`, nothing where it is none."""
    try:
        query: str = signing.loads(sealed, salt=_SALT)
    except signing.BadSignature:
        return ""
    return query


def list_views(*, owner_id: UUID) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner_id=owner_id)


@messaging.command
def keep_view(*, owner_id: UUID, name: str, sealed: str) -> SavedView:
    """Keep what `seal` gave out under a name. Raises Invalid (`name`, `query`) and TooManyViews."""
    name, query = _read_name(name), _read_query(sealed)
    # In one order, so that two requests at once wait for each other.
    names = list(list_views(owner_id=owner_id).select_for_update().order_by("id").values_list("name", flat=True))
    if name.casefold() in (each.casefold() for each in names):
        raise _taken(name)
    if len(names) >= MOST:
        raise TooManyViews(f"You have {len(names)} views, the most there can be. Remove one first.")
    try:
        return SavedView.objects.create(owner_id=owner_id, name=name, query=query)
    except IntegrityError as error:
        raise _taken(name) from error


@messaging.command
def remove_view(*, owner_id: UUID, view_id: UUID) -> bool:
    """Remove one of a member's own views; return whether it was there."""
    deleted, _ = list_views(owner_id=owner_id).filter(id=view_id).delete()
    return deleted > 0


def _taken(name: str) -> Invalid:
    return Invalid.field("name", "taken", f"You have a view called “{name}” already; choose another name.")


def _read_name(given: str) -> str:
    name = " ".join(given.split())
    if not name or not name.isprintable():
        raise Invalid.field("name", "required", f"{given[:60]!r} is no name; write a few letters.")
    if len(name) > LONGEST_NAME:
        raise Invalid.field("name", "too_long", f"The name has {len(name)} letters; write at most {LONGEST_NAME}.")
    return name


def _read_query(sealed: str) -> str:
    query = unseal(sealed)
    if not query:
        raise Invalid.field("query", "unknown_filter", "Only filters that the list offers can be kept.")
    if len(query) > _LONGEST_QUERY:
        raise Invalid.field("query", "too_long", "These filters are too long to keep; shorten what you search for.")
    return query
