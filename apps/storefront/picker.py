"""Choosing a variant without a script: every option but the last is a row of links, the last one radio buttons.

A link narrows what is left, so that the radio buttons show exactly which values are sold out for the choice so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from apps.storefront.colours import swatch

Variant = Mapping[str, Any]
_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that can be chosen: a link to the page with it; `swatch` is its `#rrggbb` where it is a colour."""

    value: str
    query: str
    chosen: bool
    in_stock: bool
    swatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedOption:
    """An option that is chosen by link."""

    name: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> str:
        return next((choice.value for choice in self.choices if choice.chosen), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A variant that can be put into the bag from here; `label` is its value of the last option, `available` how many
    could be bought now.
    """

    variant: Variant
    label: str
    chosen: bool
    available: int
    swatch: str

    @property
    def few_left(self) -> int:
        """Return how many there are where that is few, else 0."""
        return self.available if self.available <= _FEW else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """What a product page offers for a choice; `name` is the last option's, blank for a product without options."""

    links: tuple[LinkedOption, ...]
    name: str
    offers: tuple[Offer, ...]

    @property
    def chosen(self) -> Variant | None:
        """Return the variant chosen beforehand: the first that can be bought, None where all are sold out."""
        return next((offer.variant for offer in self.offers if offer.chosen), None)


def make_picker(*, product: Mapping[str, Any], asked: Mapping[str, str], available: Mapping[str, int]) -> Picker:
    """Return the picker of a product document; `asked` are option values by name, unknown ones ignored, `available` units by variant id."""
    names: list[str] = [option["name"] for option in product["options"]]
    left: Sequence[Variant] = [{**v, "in_stock": available.get(v["id"], 0) > 0} for v in product["variants"]]
    chosen: dict[str, str] = {}
    links: list[LinkedOption] = []
    for option in product["options"][:-1]:
        value = _choose(option["name"], asked, left)
        choices = tuple(_choice(option, each, chosen=chosen, value=value, left=left) for each in option["values"])
        links.append(LinkedOption(name=option["name"], choices=choices))
        chosen[option["name"]] = value
        left = [variant for variant in left if variant["options"].get(option["name"]) == value]
    last = names[-1] if names else ""
    return Picker(links=tuple(links), name=last, offers=_offers(left, last, available))


def _choose(name: str, asked: Mapping[str, str], left: Sequence[Variant]) -> str:
    """Return the value asked for where there is such a variant, else that of the first that can be bought."""
    values = [variant["options"].get(name, "") for variant in sorted(left, key=lambda each: not each["in_stock"])]
    wanted = asked.get(name, "")
    return wanted if wanted in values else next(iter(values), "")


def _choice(
    option: Mapping[str, Any], each: str, *, chosen: Mapping[str, str], value: str, left: Sequence[Variant]
) -> Choice:
    name = option["name"]
    in_stock = any(variant["in_stock"] and variant["options"].get(name) == each for variant in left)
    return Choice(
        value=each,
        query=urlencode({**chosen, name: each}),
        chosen=each == value,
        in_stock=in_stock,
        swatch=swatch(name, each),
    )


def _offers(left: Sequence[Variant], last: str, available: Mapping[str, int]) -> tuple[Offer, ...]:
    first = next((variant["id"] for variant in left if variant["in_stock"]), None)
    return tuple(
        Offer(
            variant=variant,
            label=(label := variant["options"].get(last, variant["title"])),
            chosen=variant["id"] == first,
            available=available.get(variant["id"], 0),
            swatch=swatch(last, label),
        )
        for variant in left
    )


def pictures_of(*, product: Mapping[str, Any], variant: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the pictures that show a variant: its own and those that follow it up to another variant's; all where it has none."""
    images: Sequence[Mapping[str, Any]] = product["images"]
    own = (variant.get("image") or {}).get("url")
    urls = [image["url"] for image in images]
    if own not in urls:
        return images
    begin = urls.index(own)
    others = {each["image"]["url"] for each in product["variants"] if each["image"]} - {own}
    end = next((place for place in range(begin + 1, len(urls)) if urls[place] in others), len(urls))
    return images[begin:end]
