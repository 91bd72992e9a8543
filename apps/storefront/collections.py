"""The shop's collections: a tag of products with a page of its own, and with a row on the home page where it fills one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from apps.search import api as search


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """`slug` is the last part of its address, `tag` what its products are tagged with; title and story are read in the active language."""

    slug: str
    tag: str
    title: Promise
    story: Promise


# In the order of the home page.
COLLECTIONS = (
    Collection(
        slug="rain-ready",
        tag="rain ready",
        title=_lazy("Rain ready"),
        story=_lazy("Taped, waxed or simply quick to dry."),
    ),
    Collection(
        slug="first-frost",
        tag="first frost",
        title=_lazy("First frost"),
        story=_lazy("Down, wool and something for the ears."),
    ),
)


def find_collection(slug: str) -> Collection | None:
    """Return the collection at an address."""
    return next((each for each in COLLECTIONS if each.slug == slug), None)


def list_filled(*, currency: str) -> Iterator[Collection]:
    """Yield the collections that there is anything in; one statement for each."""
    for each in COLLECTIONS:
        query = search.ListingQuery(currency=currency, tag=each.tag, limit=1)
        if orjson.loads(search.list_products(query=query).results):
            yield each
