"""A picture in the making: pieces of cloth in painter's order, all inside one silhouette, under one light from the upper left.

Soft edges are stacked strokes and gradients, never filters or clips of their own: a blur of this size takes longer than the rest of
the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import Point, bounds, moved, tidy
from apps.backoffice.demo.drawing.textures import TEXTURES

WIDTH, HEIGHT = 1200, 1500
# One flat tone: pictures stand side by side on a page, and a gradient over the whole picture costs as much as the garment.
_GROUND: Final = "#ebe5da"
_SHADOW: Final = "#4a3a28"
# (offset, width, opacity) of the strokes that add up to a shadow: close and firm under the cloth, wide and faint beyond.
_LYING: Final = tuple((27 - 3 * k, 62 - 7.2 * k, 0.018 + 0.0085 * k) for k in range(8))
_RIM: Final = ((52, 0.03), (40, 0.032), (28, 0.036), (18, 0.04), (9, 0.045))


class Figure:
    """Collects the elements of one picture; `svg` puts them on the ground."""

    def __init__(self) -> None:
        self.scale = 1.12
        self._silhouette: list[str] = []
        self._inside: list[str] = []
        self._over: list[str] = []
        self._defs: dict[str, str] = {}
        self._standing: list[str] = []

    def piece(
        self,
        d: str,
        material: Cloth,
        *,
        texture: str = "",
        turn: float = 0,
        across: tuple[float, float, float, float] = (0, 0, 1, 0.25),
        rim: float = 1.0,
        line: bool = True,
    ) -> None:
        """Lay a piece of cloth on those before it.

        `across` is the direction in which it curves away from the light, as fractions of its bounds; `turn` turns its texture by degrees.
        """
        d = tidy(d)
        self._silhouette.append(d)
        outline = f'<use href="#p{len(self._silhouette)}"'
        stops = (
            (0, material.dim),
            (0.16, material.base),
            (0.38, material.lit),
            (0.62, material.base),
            (1, material.dim),
        )
        self._inside.append(f'{outline} fill="{self._linear(across, stops)}"/>')
        if texture:
            self._inside.append(f'{outline} fill="{self._pattern(material, texture, turn)}"/>')
        for width, opacity in _RIM if rim else ():
            self._inside.append(
                f'{outline} x="-3" y="-4" fill="none" stroke="#120c06" stroke-width="{width * rim:g}" stroke-opacity="{opacity:g}"/>'
            )
        if line:
            edge = 'fill="none" stroke-linejoin="round"'
            self._inside.append(
                f'{outline} x="2.5" y="3" {edge} stroke="#fff6e6" stroke-width="5" stroke-opacity="0.16"/>'
            )
            self._inside.append(f'{outline} {edge} stroke="{material.line}" stroke-width="3.4"/>')

    def weave(self, d: str, material: Cloth, texture: str, *, turn: float = 0) -> None:
        """Lay a texture over an area."""
        self._paint(tidy(d), self._pattern(material, texture, turn))

    def fill(self, d: str, colour: str, *, opacity: float = 1) -> None:
        """Fill an area that lies within the pieces."""
        self._paint(tidy(d), colour, opacity=opacity)

    def fade(self, d: str, colour: str, start: Point, end: Point, *, opacity: float) -> None:
        """Fill an area with a colour that fades to nothing from one point to another."""
        stops = f'<stop stop-color="{colour}" stop-opacity="{opacity:g}"/><stop offset="1" stop-color="{colour}" stop-opacity="0"/>'
        where = f'x1="{start[0]:.0f}" y1="{start[1]:.0f}" x2="{end[0]:.0f}" y2="{end[1]:.0f}"'
        key = self._define("linearGradient", f'gradientUnits="userSpaceOnUse" {where}', stops)
        self._paint(tidy(d), f"url(#{key})")

    def bands(self, d: str, *, start: Point, end: Point, dark: float = 0.26, light: float = 0.20) -> None:
        """Fill an area with padded bands one after the other, the first from `start` to `end`: light above, dark at the stitching."""
        stops = "".join(
            f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity:g}"/>'
            for at, colour, opacity in (
                (0, "#0e0905", dark),
                (0.10, "#0e0905", dark * 0.2),
                (0.30, "#fff6e6", light),
                (0.55, "#fff6e6", 0),
                (0.62, "#0e0905", 0),
                (0.93, "#0e0905", dark * 0.75),
                (1, "#0e0905", dark * 1.5),
            )
        )
        where = f'x1="{start[0]:.0f}" y1="{start[1]:.0f}" x2="{end[0]:.0f}" y2="{end[1]:.0f}" spreadMethod="repeat"'
        key = self._define("linearGradient", f'gradientUnits="userSpaceOnUse" {where}', stops)
        self._paint(tidy(d), f"url(#{key})")

    def fold(self, start: Point, end: Point, *, width: float, depth: float = 0.2, bend: float = 0) -> None:
        """Crease the cloth along a line: a shadow that fades to the right of its direction, and a gleam on the left.

        `bend` moves the line's middle to the right by so many pixels.
        """
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = math.hypot(dx, dy)
        nx, ny = -dy / length, dx / length
        middle = ((start[0] + end[0]) / 2 + nx * bend, (start[1] + end[1]) / 2 + ny * bend)
        for side, colour, strength in ((width, "#0e0905", depth), (-width * 0.7, "#fff6e6", depth * 0.55)):
            far = (middle[0] + nx * side, middle[1] + ny * side)
            lens = _lens(start, end, middle, far)
            # the far edge of a curve lies half way to its control point
            faded = (middle[0] + nx * side * 0.8, middle[1] + ny * side * 0.8)
            self.fade(lens, colour, middle, faded, opacity=strength)

    def seam(self, d: str, material: Cloth, *, width: float = 2.6) -> None:
        """Join two pieces: a dark line with light on its edge."""
        self.line(moved(d, 1.6, 2), "#fff6e6", width=2, opacity=0.14)
        self.line(d, material.line, width=width, opacity=0.8)

    def stitch(self, d: str, material: Cloth, *, opacity: float = 0.75) -> None:
        """Top-stitch along a line."""
        self.line(d, material.thread, width=2.1, opacity=opacity, dash="8 4.5")

    def line(
        self, d: str, colour: str, *, width: float, opacity: float = 1, dash: str = "", over: bool = False
    ) -> None:
        """Stroke a line; `over` also where it leaves the silhouette."""
        extra = f' stroke-opacity="{opacity:g}"' if opacity < 1 else ""
        extra += f' stroke-dasharray="{dash}"' if dash else ' stroke-linecap="round"'
        element = f'<path d="{tidy(d)}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{extra}/>'
        (self._over if over else self._inside).append(element)

    def shape(self, d: str, colour: str, *, opacity: float = 1) -> None:
        """Fill a small solid part that may leave the silhouette, such as a buckle."""
        extra = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._over.append(f'<path d="{tidy(d)}" fill="{colour}" fill-rule="evenodd"{extra}/>')

    def cord(self, d: str, material: Cloth, *, width: float = 9) -> None:
        """Lay a round cord."""
        self.line(moved(d, 3, 6), _SHADOW, width=width + 2, opacity=0.22, over=True)
        self.line(d, material.line, width=width, over=True)
        self.line(d, material.base, width=width - 3, over=True)
        self.line(moved(d, -1, -1.4), material.lit, width=width * 0.22, opacity=0.9, over=True)

    def stand(self, x: float, y: float, rx: float, *, ry: float = 0) -> None:
        """Set what stands on its sole or base on the ground: the shadow under it, instead of the one of a piece lying flat."""
        ry = ry or rx * 0.11
        for k, opacity in ((1.12, 0.26), (0.94, 0.42)):
            stops = "".join(
                f'<stop offset="{at}" stop-color="{_SHADOW}" stop-opacity="{opacity * share:g}"/>'
                for at, share in ((0, 1), (0.45, 0.72), (0.75, 0.25), (1, 0))
            )
            key = self._define("radialGradient", "", stops)
            self._standing.append(
                f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx * k:g}" ry="{ry * k * (1.5 if k > 1 else 1):g}" fill="url(#{key})"/>'
            )

    def svg(self) -> str:
        """Return the picture."""
        outline = "".join(self._silhouette)
        light = self._linear(
            (0.1, 0, 0.9, 1),
            (),
            raw='<stop stop-color="#fff3dc" stop-opacity=".13"/><stop offset=".45" stop-color="#fff3dc" stop-opacity="0"/>'
            '<stop offset=".55" stop-color="#1a1008" stop-opacity="0"/><stop offset="1" stop-color="#1a1008" stop-opacity=".20"/>',
        )
        left, top, right, bottom = bounds(outline)
        shadow = self._standing or [
            f'<path d="{outline}" transform="translate({offset * 0.5:g} {offset:g})" fill="none" stroke="{_SHADOW}" '
            f'stroke-width="{width:g}" stroke-linejoin="round" stroke-opacity="{opacity:g}"/>'
            for offset, width, opacity in _LYING
        ]
        pieces = "".join(f'<path id="p{number}" d="{d}"/>' for number, d in enumerate(self._silhouette, start=1))
        uses = "".join(f'<use href="#p{number}"/>' for number in range(1, len(self._silhouette) + 1))
        clip = self._define("clipPath", "", uses)
        shade = f'<path d="M{left:g} {top:g}H{right:g}V{bottom:g}H{left:g}Z" fill="{light}"/>'
        defs = "".join(self._defs.values())
        return "".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
                f"<defs>{pieces}{defs}</defs>",
                f'<path d="M0 0H{WIDTH}V{HEIGHT}H0Z" fill="{_GROUND}"/>',
                f'<g transform="{self._placing(left, top, right, bottom)}">',
                *shadow,
                f'<g clip-path="url(#{clip})">',
                *self._inside,
                shade,
                "</g>",
                *self._over,
                "</g></svg>",
            ]
        )

    def _placing(self, left: float, top: float, right: float, bottom: float) -> str:
        """Return the transform that sets the silhouette in the middle of the picture, at its scale."""
        x, y = WIDTH / 2 - self.scale * (left + right) / 2, HEIGHT / 2 - self.scale * (top + bottom) / 2
        return f"translate({x:.1f} {y:.1f}) scale({self.scale:g})"

    def _paint(self, d: str, paint: str, *, opacity: float = 1) -> None:
        extra = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._inside.append(f'<path d="{d}" fill="{paint}"{extra}/>')

    def _linear(
        self, across: tuple[float, float, float, float], stops: Sequence[tuple[float, str]], *, raw: str = ""
    ) -> str:
        x1, y1, x2, y2 = across
        body = raw or "".join(f'<stop offset="{at:g}" stop-color="{colour}"/>' for at, colour in stops)
        key = self._define("linearGradient", f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"', body)
        return f"url(#{key})"

    def _pattern(self, material: Cloth, texture: str, turn: float) -> str:
        size, marks = TEXTURES[texture](material)
        where = f'width="{size[0]:g}" height="{size[1]:g}" patternUnits="userSpaceOnUse" patternTransform="rotate({turn:g})"'
        key = self._define("pattern", where, marks)
        return f"url(#{key})"

    def _define(self, kind: str, attributes: str, body: str) -> str:
        """Return the id of a definition; the same one twice is written once."""
        known = f"{kind} {attributes} {body}"
        if known not in self._defs:
            key = f"d{len(self._defs)}"
            self._defs[known] = f'<{kind} id="{key}" {attributes}>{body}</{kind}>'
        return self._defs[known].split('"', 2)[1]


def _lens(start: Point, end: Point, near: Point, far: Point) -> str:
    """Return the area between two curves from `start` to `end` that pass by `near` and `far`."""

    def curve(a: Point, by: Point, b: Point) -> str:
        one = (a[0] + (by[0] - a[0]) * 0.66, a[1] + (by[1] - a[1]) * 0.66)
        two = (b[0] + (by[0] - b[0]) * 0.66, b[1] + (by[1] - b[1]) * 0.66)
        return f"C{one[0]} {one[1]} {two[0]} {two[1]} {b[0]} {b[1]}"

    return f"M{start[0]} {start[1]} {curve(start, near, end)} {curve(end, far, start)} Z"
