"""The brand's product pictures, drawn by code: garments in two views, coloured by one palette, on one ground, in one light."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from apps.backoffice.demo.drawing import bags, camp, feet, hands, legs, outerwear, small, tops
from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import cloth

VIEWS: Final = ("front", "back")
Detail = str | int | float | bool

_MAKERS: Final[tuple[Callable[..., None], ...]] = (
    *(tops.tee, tops.sweatshirt, tops.jumper, tops.cardigan, tops.shirt),
    *(outerwear.shell, outerwear.parka, outerwear.waxed, outerwear.fleece, outerwear.puffer, outerwear.liner),
    *(outerwear.bomber, legs.trousers, legs.shorts),
    *(small.beanie, small.cap, small.scarf, small.socks, hands.gloves, small.belt),
    *(feet.boot, feet.sneaker, feet.slipper, bags.backpack, bags.tote, bags.pouch),
    *(camp.mug, camp.bottle, camp.blanket),
)
_DRAWN: Final = {maker.__name__: maker for maker in _MAKERS}
GARMENTS: Final = tuple(_DRAWN)


def draw(*, garment: str, colour: str, view: str, **details: Detail) -> str:
    """Return a picture of 1200 by 1500 pixels as SVG text, the same bytes every time, without references or lettering.

    `garment` is one of GARMENTS, `colour` a name of `palette.COLOURS`, `view` one of VIEWS ("front" is a shoe's side, "back" its heel).
    `details` are the keyword arguments of the garment's function, such as `hood=True`; a detail that is a material (`contrast`, `trim`,
    `sole` ...) is named by its colour. Raises KeyError for an unknown garment or colour, ValueError for another view or detail.
    """
    if garment not in _DRAWN:
        raise KeyError(f"{garment!r} is not drawn; use one of {', '.join(GARMENTS)}")
    if view not in VIEWS:
        raise ValueError(f"view is {view!r}; use one of {', '.join(VIEWS)}")
    figure = Figure()
    maker = _DRAWN[garment]
    maker(figure, cloth(colour), view, **_details(garment, maker, details))
    return figure.svg()


def _details(garment: str, maker: Callable[..., None], given: dict[str, Detail]) -> dict[str, Any]:
    known = {name: p for name, p in inspect.signature(maker).parameters.items() if p.kind is p.KEYWORD_ONLY}
    if unknown := given.keys() - known.keys():
        raise ValueError(f"a {garment} has no {', '.join(sorted(unknown))}; use {', '.join(known) or 'no details'}")
    return {name: cloth(str(value)) if "Cloth" in known[name].annotation else value for name, value in given.items()}
