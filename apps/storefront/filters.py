"""Reading what a listing's address asks for, and the links that lead from one listing to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.kernel.errors import Invalid
from apps.search import api as search
from apps.storefront.colours import is_colour, swatch
from apps.storefront.options import describe_option
from apps.web import formats
from apps.web.languages import active_language

PAGE_SIZE = 24
_NUMBER, _SPAN = re.compile(r"\d+(\.\d+)?"), re.compile(r"\d+ ?[-\u2013/] ?\d+")
# Characters of what still fits a small box.
_SHORT = 12
_SCALES = ("letters", "numbers", "spans", "")
_LETTER_SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
# Two and two in a row where a phone has no room for all: those by price beside each other.
_SORTS = (("title", _lazy("Name")), ("price", _lazy("Price, low to high")), ("-price", _lazy("Price, high to low")))


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a listing that differs in one thing; `current` where it is what is shown."""

    name: str
    query: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to narrow by, what it reads, and how many products have it."""

    value: str
    label: str
    count: int
    chosen: bool
    swatch: str

    @property
    def scale(self) -> str:
        """Return which scale of sizes it is of: "letters", "spans" (36-38), "numbers", "" where it is no size of these."""
        if self.value.upper() in _LETTER_SIZES:
            return "letters"
        if _SPAN.fullmatch(self.value):
            return "spans"
        return "numbers" if _NUMBER.match(self.value) else ""


@dataclass(frozen=True, slots=True)
class Facet:
    """An option to narrow a listing by; `parameter` is what its values are sent as."""

    name: str
    parameter: str
    values: list[FacetValue]

    @property
    def is_sizes(self) -> bool:
        """Return whether its values are short, and of scales that go from small to large."""
        return any(value.scale for value in self.values) and all(len(value.label) <= _SHORT for value in self.values)


def read_query(given: QueryDict, *, category: str, tag: str, currency: str) -> search.ListingQuery:
    """Return the query; raises Invalid naming the parameter that is no amount."""
    return search.ListingQuery(
        currency=currency,
        category=category,
        tag=tag,
        q=given.get("q", "").strip(),
        min_price=_read_price("min_price", given),
        max_price=_read_price("max_price", given),
        in_stock=True if given.get("in_stock") else None,
        options=search.read_options(parameters=given.lists()),
        sort=given.get("sort", ""),
        limit=PAGE_SIZE,
        cursor=given.get("cursor") or None,
        language=active_language(),
    )


def option_facets(facets: Iterable[search.OptionFacet], given: QueryDict) -> list[Facet]:
    """Return what to narrow by, colours before sizes, values in the order shoppers expect; nothing with a single value."""
    asked = search.read_options(parameters=given.lists())
    return [
        Facet(
            name=facet.shown_name or facet.name,
            parameter=f"{search.OPTION_PREFIX}{facet.name}",
            values=sorted(
                (
                    FacetValue(
                        value=value,
                        label=facet.shown_values.get(value, value),
                        count=count,
                        chosen=value in asked.get(facet.name, ()),
                        swatch=swatch(facet.name, value),
                    )
                    for value, count in facet.values
                ),
                key=_place,
            ),
        )
        # Colours first, in every language.
        for facet in sorted(facets, key=lambda facet: (not is_colour(facet.name), facet.name))
        if len(facet.values) > 1 or facet.name in asked
    ]


def _place(found: FacetValue) -> tuple[int, float, str]:
    """Sort scale by scale: XS before S before M, sizes in numbers by number, those that span several; the rest by the alphabet."""
    place = _SCALES.index(found.scale)
    if found.scale == "letters":
        return place, _LETTER_SIZES.index(found.value.upper()), ""
    number = _NUMBER.match(found.value)
    return place, float(number[0]) if number else 0, found.label


def _read_price(name: str, given: QueryDict) -> Decimal | None:
    text = given.get(name, "").strip().replace(",", ".")
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        raise Invalid.field(
            name, "invalid_price", _("“%(given)s” is not an amount. Use one such as 20.") % {"given": text[:20]}
        ) from error


def sort_links(given: QueryDict) -> list[Link]:
    """Return the orders a listing can have, the blank one first: best match for a search, else the newest."""
    first = ("", _("Best match") if given.get("q", "").strip() else _("Newest"))
    current = given.get("sort", "")
    return [Link(str(name), with_changes(given, sort=value), value == current) for value, name in (first, *_SORTS)]


def active_filters(given: QueryDict, facets: Iterable[search.OptionFacet], *, currency: str) -> Iterator[Link]:
    """Yield what narrows the listing, each with the link that lifts it; options read as they do among `facets`."""
    by_name = {facet.name: facet for facet in facets}
    for name, words in (("min_price", _("From %(amount)s")), ("max_price", _("Up to %(amount)s"))):
        if (amount := _read_price(name, given)) is not None:
            told = formats.price_limit(amount, currency)
            yield Link(words % {"amount": told}, with_changes(given, **{name: ""}))
    for name, values in search.read_options(parameters=given.lists()).items():
        facet = by_name.get(name)
        for value in dict.fromkeys(values):
            read = (facet.shown_name or name, facet.shown_values.get(value, value)) if facet else (name, value)
            yield Link(describe_option(*read)[:100], _without_option(given, name, value))
    if given.get("in_stock"):
        yield Link(_("In stock"), with_changes(given, in_stock=""))


def with_changes(given: QueryDict, **changes: str) -> str:
    """Return the query string with parameters changed (blank: taken out), from the first page on."""
    return _query(_plain(given) | changes, search.read_options(parameters=given.lists()))


def _without_option(given: QueryDict, name: str, value: str) -> str:
    options = search.read_options(parameters=given.lists())
    left = {each: [other for other in values if (each, other) != (name, value)] for each, values in options.items()}
    return _query(_plain(given), left)


def _plain(given: QueryDict) -> dict[str, str]:
    """Return the parameters that are neither an option nor the place in the list."""
    return {
        name: given.get(name, "") for name in given if name != "cursor" and not name.startswith(search.OPTION_PREFIX)
    }


def _query(plain: Mapping[str, str], options: Mapping[str, list[str]]) -> str:
    chosen = [(f"{search.OPTION_PREFIX}{name}", value) for name, values in options.items() for value in values]
    return "?" + urlencode([*((name, value) for name, value in plain.items() if value), *chosen])


def find_category(tree: Iterable[Mapping[str, Any]], path: str) -> list[Mapping[str, Any]]:
    """Return the categories from the root to `path`, empty where there is no such category."""
    for node in tree:
        if node["path"] == path:
            return [node]
        if path.startswith(f"{node['path']}/"):
            below = find_category(node["children"], path)
            return [node, *below] if below else []
    return []
