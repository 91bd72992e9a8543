"""Choosing a variant without a script: every option but the last is a row of links, the last one radio buttons.

A link narrows what is left, so that the radio buttons show exactly which values are sold out for the choice so far. What is sold out is
a link among them, to the page that offers to tell when it is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from apps.inventory.contracts import Availability, StockStatus
from apps.storefront.colours import swatch

Variant = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that can be chosen: a link to the page with it; `label` is what it reads, `swatch` its `#rrggbb` where it is a colour."""

    value: str
    label: str
    query: str
    chosen: bool
    in_stock: bool
    swatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedOption:
    """An option that is chosen by link; `name` is what it reads."""

    name: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> str:
        return next((choice.label for choice in self.choices if choice.chosen), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A variant that can be put into the bag from here; `label` is what its value of the last option reads, `few_left` how many could be
    bought now where they are few, else 0, `query` the page that has it chosen.
    """

    variant: Variant
    label: str
    query: str
    chosen: bool
    few_left: int
    swatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """What a product page offers for a choice; `name` is what the last option reads, blank for a product without options."""

    links: tuple[LinkedOption, ...]
    name: str
    offers: tuple[Offer, ...]

    @property
    def _chosen(self) -> Variant | None:
        return next((offer.variant for offer in self.offers if offer.chosen), None)

    @property
    def chosen(self) -> Variant | None:
        """Return the variant chosen beforehand: the one asked for or the first that can be bought; None where there is none."""
        return self._chosen if self._chosen and self._chosen["in_stock"] else None

    @property
    def missed(self) -> Variant | None:
        """Return the variant that is asked for, or the only one there is, where it is sold out."""
        return self._chosen if self._chosen and not self._chosen["in_stock"] else None

    @property
    def can_buy(self) -> bool:
        """Return whether anything here can be put into the bag."""
        return any(offer.variant["in_stock"] for offer in self.offers)


def make_picker(*, product: Mapping[str, Any], asked: Mapping[str, str], stock: Mapping[str, Availability]) -> Picker:
    """Return the picker of a product document; `asked` are option values by name, unknown ones ignored, `stock` is by variant id."""
    left: Sequence[Variant] = [{**v, "in_stock": stock[v["id"]].available > 0} for v in product["variants"]]
    chosen: dict[str, str] = {}
    links: list[LinkedOption] = []
    for option in product["options"][:-1]:
        value = _choose(option["name"], asked, left)
        choices = tuple(_choice(option, each, chosen=chosen, value=value, left=left) for each in option["values"])
        links.append(LinkedOption(name=shown_name(option), choices=choices))
        chosen[option["name"]] = value
        left = [variant for variant in left if variant["options"].get(option["name"]) == value]
    last = product["options"][-1] if product["options"] else None
    offers = _offers(left, last, stock, chosen=chosen, asked=asked)
    return Picker(links=tuple(links), name=shown_name(last) if last else "", offers=offers)


def shown_name(option: Mapping[str, Any]) -> str:
    """Return what the name of a document's option reads."""
    return str(option.get("shown_name", option["name"]))


def shown_values(option: Mapping[str, Any]) -> dict[str, str]:
    """Return by value what the values of a document's option read."""
    return dict(zip(option["values"], option.get("shown_values", option["values"]), strict=True))


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
        label=shown_values(option).get(each, each),
        query=urlencode({**chosen, name: each}),
        chosen=each == value,
        in_stock=in_stock,
        swatch=swatch(name, each),
    )


def _offers(
    left: Sequence[Variant],
    option: Mapping[str, Any] | None,
    stock: Mapping[str, Availability],
    *,
    chosen: Mapping[str, str],
    asked: Mapping[str, str],
) -> tuple[Offer, ...]:
    last = option["name"] if option else ""
    labels = shown_values(option) if option else {}
    beforehand = _beforehand(left, last, asked)
    return tuple(
        Offer(
            variant=variant,
            label=labels.get(value := str(variant["options"].get(last, "")), str(variant["title"])),
            query=urlencode({**chosen, last: value}) if last else "",
            chosen=variant["id"] == beforehand,
            few_left=found.available if (found := stock[variant["id"]]).status is StockStatus.LOW else 0,
            swatch=swatch(last, value),
        )
        for variant in left
    )


def _beforehand(left: Sequence[Variant], last: str, asked: Mapping[str, str]) -> str:
    """Return the id of the variant that is chosen beforehand; of several that are sold out none, unless it is asked for."""
    if len(left) == 1:
        return str(left[0]["id"])
    wanted = [variant for variant in left if last and variant["options"].get(last) == asked.get(last)]
    return next((str(variant["id"]) for variant in (*wanted, *(v for v in left if v["in_stock"]))), "")


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
