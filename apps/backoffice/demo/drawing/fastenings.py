"""Zips, button plackets, pockets and the quilting lines of the upper body."""

from __future__ import annotations

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import box, mirrored, moved, turned, whole
from apps.backoffice.demo.drawing.torso import MID, draw_button, draw_snap


def draw_zip(
    figure: Figure, material: Cloth, top: float, bottom: float, *, x: float = MID, accent: str = "", half: bool = False
) -> None:
    """Close with a zip from `top` to `bottom`; `half` ends it with a sewn box."""
    tape = accent or material.line
    figure.fill(box(x - 9, top, 18, bottom - top), tape, opacity=0.55 if not accent else 0.9)
    figure.line(f"M{x} {top} L{x} {bottom}", "#17130f", width=6)
    figure.line(f"M{x} {top} L{x} {bottom}", "#b7ada0", width=4.5, opacity=0.85, dash="2.2 3")
    for side in (-1, 1):
        figure.line(f"M{x + side * 10} {top} L{x + side * 10} {bottom}", material.line, width=2.2, opacity=0.85)
        figure.stitch(f"M{x + side * 19} {top} L{x + side * 19} {bottom}", material)
    if half:
        figure.stitch(
            f"M{x - 19} {bottom} L{x - 19} {bottom + 14} L{x + 19} {bottom + 14} L{x + 19} {bottom}", material
        )
    _slider(figure, x, top + 12, accent)


def _slider(figure: Figure, x: float, y: float, accent: str) -> None:
    figure.shape(box(x - 7, y, 14, 20, 4), "#2b2723")
    figure.line(box(x - 7, y, 14, 20, 4), "#8f867b", width=1.4, over=True)
    pull = box(x - 4.5, y + 18, 9, 38, 4)
    figure.line(moved(pull, 2, 3), "#0e0905", width=2, opacity=0.25, over=True)
    figure.shape(pull, accent or "#3a342d")
    figure.line(pull, "#1c1814", width=1.3, over=True)


def storm_flap(
    figure: Figure, material: Cloth, top: float, bottom: float, *, width: float = 38, snaps: int = 5
) -> None:
    """Cover the zip with a flap and press studs."""
    d = box(MID - width * 0.55, top, width * 1.35, bottom - top, 3)
    figure.fade(
        moved(box(MID - width * 0.55, top, width * 1.35 + 14, bottom - top), 0, 0),
        "#0e0905",
        (MID + width * 0.75, 0),
        (MID + width * 0.75 + 16, 0),
        opacity=0.35,
    )
    figure.fill(d, material.base)
    figure.fade(d, "#fff6e6", (MID - width * 0.55, 0), (MID + width * 0.3, 0), opacity=0.12)
    figure.line(d, material.line, width=2.4)
    figure.stitch(f"M{MID + width * 0.62} {top} L{MID + width * 0.62} {bottom}", material)
    for k in range(snaps):
        y = top + 34 + k * (bottom - top - 72) / max(snaps - 1, 1)
        draw_snap(figure, MID + 6, y, material)


def button_placket(
    figure: Figure,
    material: Cloth,
    top: float,
    bottom: float,
    *,
    count: int,
    width: float = 44,
    snaps: bool = False,
    colour: str = "#d8c8aa",
) -> None:
    """Button the front."""
    left = MID - width / 2
    figure.fade(
        box(left + width, top, 12, bottom - top), "#0e0905", (left + width, 0), (left + width + 11, 0), opacity=0.3
    )
    for x in (left, left + width):
        figure.line(f"M{x} {top} L{x} {bottom}", material.line, width=2.2, opacity=0.85)
    for x in (left + 7, left + width - 7):
        figure.stitch(f"M{x} {top} L{x} {bottom}", material)
    for k in range(count):
        y = top + 22 + k * (bottom - top - 66) / max(count - 1, 1)
        if snaps:
            draw_snap(figure, MID, y, material)
        else:
            draw_button(figure, MID, y, colour=colour)


def patch_pocket(
    figure: Figure,
    material: Cloth,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    flap: bool = False,
    point: float = 0,
    button: bool = False,
    texture: str = "",
    turn: float = 0,
) -> None:
    """Sew a pocket on; `x`, `y` is its upper left corner, `point` how far its bottom comes down in the middle."""
    r = 12
    d = (
        f"M{x} {y} L{x + width} {y} L{x + width} {y + height - r} "
        f"C{x + width} {y + height} {x + width} {y + height} {x + width - r} {y + height} "
        f"L{x + width / 2} {y + height + point} L{x + r} {y + height} "
        f"C{x} {y + height} {x} {y + height} {x} {y + height - r} Z"
    )
    inset = (
        f"M{x + 7} {y} L{x + 7} {y + height - r} "
        f"C{x + 7} {y + height - 7} {x + 8} {y + height - 7} {x + r + 4} {y + height - 7} "
        f"L{x + width / 2} {y + height + point - 8} "
        f"L{x + width - r - 4} {y + height - 7} "
        f"C{x + width - 7} {y + height - 7} {x + width - 7} {y + height - 8} {x + width - 7} {y + height - r} "
        f"L{x + width - 7} {y}"
    )
    centre = (x + width / 2, y + height / 2)
    d, inset = turned(d, turn, centre), turned(inset, turn, centre)
    figure.line(moved(d, 3, 5), "#0e0905", width=6, opacity=0.18)
    figure.fill(d, material.base)
    if texture:
        figure.weave(d, material, texture)
    figure.fade(d, "#fff6e6", (x, y), (x + width * 0.6, y + height * 0.6), opacity=0.13)
    figure.fade(d, "#0e0905", (x + width, y + height), (x + width * 0.4, y + height * 0.4), opacity=0.12)
    figure.line(d, material.line, width=2.4, opacity=0.9)
    figure.stitch(inset, material)
    if flap:
        _flap(figure, material, x - 3, y - 8, width + 6, height * 0.36, button=button, turn=turn, centre=centre)
    else:
        figure.stitch(turned(f"M{x + 3} {y + 17} L{x + width - 3} {y + 17}", turn, centre), material)
        if button:
            draw_button(figure, x + width / 2, y + 12, radius=7)


def _flap(
    figure: Figure,
    material: Cloth,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    button: bool,
    turn: float,
    centre: tuple[float, float],
) -> None:
    d = (
        f"M{x} {y} L{x + width} {y} L{x + width} {y + height * 0.72} L{x + width / 2} {y + height} "
        f"L{x} {y + height * 0.72} Z"
    )
    inset = (
        f"M{x + 7} {y} L{x + 7} {y + height * 0.68} L{x + width / 2} {y + height - 8} "
        f"L{x + width - 7} {y + height * 0.68} L{x + width - 7} {y}"
    )
    d, inset = turned(d, turn, centre), turned(inset, turn, centre)
    figure.line(moved(d, 2, 6), "#0e0905", width=8, opacity=0.2)
    figure.fill(d, material.base)
    figure.fade(d, "#fff6e6", (x, y), (x, y + height), opacity=0.14)
    figure.line(d, material.line, width=2.4)
    figure.stitch(inset, material)
    if button:
        draw_button(figure, x + width / 2, y + height - 20, radius=8)
    else:
        draw_snap(figure, x + width / 2, y + height - 20, material, radius=7)


def welt_pockets(
    figure: Figure,
    material: Cloth,
    y: float,
    *,
    reach: float = 150,
    length: float = 150,
    lean: float = 18,
    zipped: bool = True,
) -> None:
    """Cut a slanting pocket into both sides."""
    x = MID + reach
    d = f"M{x - lean} {y} L{x - lean + 15} {y - 3} L{x + lean + 15} {y + length - 3} L{x + lean} {y + length} Z"
    for flip in (True, False):
        shape = mirrored(d) if flip else d
        figure.line(moved(shape, 2, 4), "#0e0905", width=6, opacity=0.2)
        figure.fill(shape, material.dim)
        figure.line(shape, material.line, width=2.2)
        inner = f"M{x - lean + 7} {y + 4} L{x + lean + 7} {y + length - 6}"
        figure.line(
            mirrored(inner) if flip else inner, "#17130f" if zipped else material.line, width=4 if zipped else 2.4
        )
        if zipped:
            figure.line(mirrored(inner) if flip else inner, "#b7ada0", width=2.6, opacity=0.7, dash="2 3")
            pull = f"M{x - lean + 7} {y + 8} L{x - lean + 2} {y + 36}"
            figure.line(mirrored(pull) if flip else pull, "#2b2723", width=7)
        edge = (
            f"M{x - lean - 8} {y - 8} L{x - lean + 22} {y - 12} L{x + lean + 24} {y + length + 2} "
            f"L{x + lean - 6} {y + length + 8} Z"
        )
        figure.stitch(mirrored(edge) if flip else edge, material, opacity=0.5)


def kangaroo_pocket(figure: Figure, material: Cloth, top: float, bottom: float, *, split: bool = False) -> None:
    """Sew the hoodie's pouch on, in one or parted by a zip."""
    half = (
        f"M{MID} {top} L{MID + 104} {top} "
        f"C{MID + 112} {top + 40} {MID + 140} {bottom - 96} {MID + 166} {bottom - 66} "
        f"C{MID + 172} {bottom - 58} {MID + 172} {bottom - 40} {MID + 172} {bottom} L{MID} {bottom}"
    )
    d = whole(half)
    figure.line(moved(d, 3, 5), "#0e0905", width=7, opacity=0.18)
    figure.fill(d, material.base)
    figure.fade(d, "#fff6e6", (MID - 150, top), (MID + 40, bottom), opacity=0.13)
    figure.fade(d, "#0e0905", (MID, bottom), (MID, top + 30), opacity=0.16)
    figure.line(d, material.line, width=2.6)
    figure.fold((MID - 110, bottom - 6), (MID - 40, top + 60), width=26, depth=0.16)
    figure.fold((MID + 128, bottom - 30), (MID + 60, top + 70), width=-24, depth=0.14)
    mouth = f"M{MID + 95} {top + 8} C{MID + 103} {top + 48} {MID + 130} {bottom - 92} {MID + 158} {bottom - 60}"
    for line in (mouth, mirrored(mouth)):
        figure.stitch(line, material)
    figure.stitch(f"M{MID - 92} {top + 9} L{MID + 92} {top + 9}", material)
    if split:
        figure.line(f"M{MID} {top} L{MID} {bottom}", material.line, width=3)


def quilt(
    figure: Figure,
    area: str,
    material: Cloth,
    *,
    top: float,
    pitch: float,
    bottom: float,
    half_width: float,
    bow: float = 10,
) -> None:
    """Pad an area in horizontal bands."""
    figure.bands(area, start=(MID, top), end=(MID, top + pitch))
    y = top
    while y < bottom + bow:
        d = f"M{MID - half_width} {y} L{MID + half_width} {y}"
        figure.line(d, material.line, width=2.6, opacity=0.75)
        x = MID - half_width + 18
        while x < MID + half_width - 10:
            figure.line(f"M{x} {y + 3} L{x - 3} {y + 13}", "#0e0905", width=2, opacity=0.22)
            figure.line(f"M{x + 11} {y - 3} L{x + 13} {y - 11}", "#0e0905", width=2, opacity=0.18)
            x += 47
        y += pitch


def yoke(figure: Figure, material: Cloth, y: float, half_width: float, *, dip: float = 16, west: bool = False) -> None:
    """Join a shoulder yoke to the body."""
    middle = y + (70 if west else dip)
    right = (
        f"M{MID} {middle} "
        f"C{MID + half_width * 0.5} {middle - (50 if west else 0)} {MID + half_width * 0.8} {y + 4} {MID + half_width} {y}"
    )
    for k, draw in ((0, figure.seam), (8, figure.stitch)):
        for d in (right, mirrored(right)):
            draw(moved(d, 0, k), material)
