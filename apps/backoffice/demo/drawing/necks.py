"""What closes a garment at the neck: ribs, rolls, stand-up and shirt collars, hoods."""

from __future__ import annotations

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth, mix
from apps.backoffice.demo.drawing.paths import both, box, joined, mirrored, reverse, scaled, whole
from apps.backoffice.demo.drawing.torso import MID, Block


def draw_inside(figure: Figure, block: Block, material: Cloth, *, rise: float = 0, band: str = "") -> None:
    """Show the inside of the back through the neck, with its label; `band` is the texture of a band there."""
    if block.back:
        return
    top = block.top - rise
    half = (
        f"M{MID} {top + 16} "
        f"C{MID + 44} {top + 14} {MID + block.neck * 0.8} {top + 10} {MID + block.neck - 8} {top + 4} "
        f"L{MID + block.neck} {block.top + 30} L{MID + 20} {block.throat + 6} {MID} {block.throat + 8}"
    )
    inside = Cloth(material.inside)
    figure.piece(whole(half), inside, rim=0)
    if band:
        edge = (
            f"M{MID} {top + 44} C{MID + 50} {top + 42} {MID + block.neck * 0.7} {top + 30} {MID + block.neck} {top + 8}"
        )
        rest = (
            f"M{MID + block.neck} {top + 8} L{MID + block.neck - 8} {top + 4} "
            f"C{MID + block.neck * 0.8} {top + 10} {MID + 44} {top + 14} {MID} {top + 16}"
        )
        figure.weave(whole(joined(edge, rest).removesuffix("Z")), inside, band)
        figure.line(both(edge), inside.line, width=2.4)
    figure.fade(whole(half), "#0e0905", (MID, block.throat), (MID, top + 10), opacity=0.5)
    if not band or block.drop > 120:
        draw_label(figure, MID, top + (52 if band else 30))


def draw_label(
    figure: Figure, x: float, y: float, *, width: float = 46, height: float = 24, colour: str = "#e9e0cf"
) -> None:
    """Sew the woven label in: the brand's mark, two peaks, without a word."""
    figure.fill(box(x - width / 2, y, width, height, 2), colour)
    k = height / 24
    peaks = (
        f"M{x - 11 * k} {y + 17 * k} L{x - 3 * k} {y + 6 * k} L{x + 2 * k} {y + 12 * k} "
        f"L{x + 5 * k} {y + 9 * k} L{x + 11 * k} {y + 17 * k}"
    )
    figure.line(peaks, "#35402f", width=2.2 * k)


def crew_neck(figure: Figure, block: Block, material: Cloth, *, height: float = 25, texture: str = "rib") -> None:
    """Bind the neckline with a band."""
    inner = block.neckline(inset=height * 0.82, lift=height)
    half = joined(
        block.neckline(), f"M{MID} 0 L{MID + block.neck - height * 0.82} {block.top - height * 0.016}", reverse(inner)
    ).removesuffix("Z")
    if block.back:
        half = (
            f"M{MID} {block.throat} "
            f"C{MID + block.neck * 0.55} {block.throat} {MID + block.neck * 0.92} {block.top + 12} {MID + block.neck} {block.top} "
            f"L{MID + block.neck - 14} {block.top - 14} "
            f"C{MID + block.neck * 0.7} {block.top - 3} {MID + 40} {block.top - 2} {MID} {block.top - 2}"
        )
    figure.piece(whole(half), material, texture=texture, rim=0.35)
    figure.stitch(both(moved_down(block.neckline(), 8)), material)


def moved_down(d: str, dy: float) -> str:
    """Return a line a little lower and wider, as a seam's stitching lies."""
    return scaled(d, 1 + dy / 110, (MID, 330))


def roll_neck(figure: Figure, block: Block, material: Cloth, *, height: float = 104) -> None:
    """Turn a knitted tube over."""
    top = block.top - height
    half = (
        f"M{MID} {top + 10} C{MID + 50} {top + 8} {MID + 84} {top + 2} {MID + block.neck} {top - 4} "
        f"C{MID + block.neck + 10} {top + 26} {MID + block.neck + 14} {top + 62} {MID + block.neck + 12} {block.top - 6} "
        f"C{MID + block.neck + 4} {block.throat - 40} {MID + 60} {block.throat + 8} {MID} {block.throat + 8}"
    )
    figure.piece(whole(half), material, texture="rib", rim=0.9)
    opening = (
        f"M{MID} {top + 30} C{MID + 46} {top + 28} {MID + 80} {top + 16} {MID + block.neck - 4} {top} "
        f"C{MID + 80} {top + 4} {MID + 46} {top + 10} {MID} {top + 11}"
    )
    if not block.back:
        figure.fill(whole(opening), material.inside)
    figure.fade(whole(half), "#0e0905", (MID, block.throat + 8), (MID, block.throat - 44), opacity=0.28)


def stand_collar(
    figure: Figure, block: Block, material: Cloth, *, height: float = 78, texture: str = "", lining: Cloth | None = None
) -> None:
    """Stand a collar up, closed in front."""
    top, neck = block.top - height, block.neck
    inside = lining or Cloth(material.inside)
    if not block.back:
        back = (
            f"M{MID} {top - 2} C{MID + 48} {top - 3} {MID + neck * 0.8} {top} {MID + neck - 4} {top + 8} "
            f"L{MID + neck - 8} {top + 50} {MID} {top + 60}"
        )
        figure.piece(whole(back), inside, rim=0)
        figure.fade(whole(back), "#0e0905", (MID, top + 58), (MID, top), opacity=0.5)
    dip = 0 if block.back else 34
    half = (
        f"M{MID} {top + dip} "
        f"C{MID + 44} {top + dip} {MID + neck * 0.74} {top + dip * 0.5} {MID + neck - 4} {top + 6} "
        f"C{MID + neck + 4} {top + 30} {MID + neck + 8} {block.top - 18} {MID + neck + 10} {block.top + 4} "
        f"C{MID + neck - 4} {block.throat - 22} {MID + 52} {block.throat + 4} {MID} {block.throat + 4}"
    )
    figure.piece(whole(half), material, texture=texture, rim=0.8)
    figure.stitch(
        both(
            f"M{MID} {top + dip + 11} "
            f"C{MID + 44} {top + dip + 11} {MID + neck * 0.72} {top + dip * 0.5 + 11} {MID + neck - 4} {top + 18}"
        ),
        material,
    )


def shirt_collar(figure: Figure, block: Block, material: Cloth, *, texture: str = "", camp: bool = False) -> None:
    """Fold a shirt's collar over its stand; `camp` lies open."""
    top, neck = block.top, block.neck
    if block.back:
        half = (
            f"M{MID} {top - 24} C{MID + 50} {top - 24} {MID + neck - 14} {top - 20} {MID + neck - 2} {top - 6} "
            f"L{MID + neck + 20} {top + 38} C{MID + 60} {top + 46} {MID + 30} {top + 46} {MID} {top + 46}"
        )
        figure.piece(whole(half), material, texture=texture, rim=0.6)
        figure.stitch(
            both(f"M{MID} {top + 37} C{MID + 30} {top + 37} {MID + 60} {top + 37} {MID + neck + 12} {top + 30}"),
            material,
        )
        return
    stand = (
        f"M{MID} {block.throat + 2} "
        f"C{MID + 40} {block.throat - 8} {MID + neck - 12} {top + 30} {MID + neck} {top} "
        f"L{MID + neck - 20} {top + 4} "
        f"C{MID + 50} {block.throat - 40} {MID + 26} {block.throat - 20} {MID} {block.throat - 20}"
    )
    if not camp:
        figure.piece(whole(stand), material, rim=0.3)
    tip = (MID + 96, block.throat + 62) if not camp else (MID + 128, block.throat + 66)
    inner = (MID + 6, block.throat - 14) if not camp else (MID + 40, block.throat + 40)
    leaf = (
        f"M{MID + neck - 18} {top - 8} "
        f"C{MID + neck - 26} {top + 20} {MID + 40} {block.throat - 36} {inner[0]} {inner[1]} "
        f"L{tip[0]} {tip[1]} "
        f"C{MID + neck + 16} {block.throat + 6} {MID + neck + 28} {top + 46} {MID + neck + 20} {top + 14} "
        f"C{MID + neck + 12} {top - 4} {MID + neck} {top - 12} {MID + neck - 18} {top - 8} Z"
    )
    inset = (
        f"M{inner[0] + 9} {inner[1] + 1} L{tip[0] - 2} {tip[1] - 11} "
        f"C{MID + neck + 6} {block.throat} {MID + neck + 18} {top + 44} {MID + neck + 11} {top + 16}"
    )
    for flip in (True, False):
        d, line = (mirrored(leaf), mirrored(inset)) if flip else (leaf, inset)
        figure.piece(d, material, texture=texture, rim=0.6)
        figure.stitch(line, material)


def draw_hood(
    figure: Figure,
    block: Block,
    material: Cloth,
    *,
    lining: Cloth | None = None,
    texture: str = "",
    cords: Cloth | None = None,
    peak: bool = False,
    fur: bool = False,
) -> None:
    """Set the hood up."""
    top = block.top
    outer = (
        f"M{MID} {top - 268} C{MID + 76} {top - 270} {MID + 140} {top - 214} {MID + 150} {top - 112} "
        f"C{MID + 156} {top - 50} {MID + 152} {top - 8} {MID + 124} {top + 24}"
    )
    if block.back:
        _hood_back(figure, block, material, outer, texture)
        return
    front = f"{outer} C{MID + 84} {top + 64} {MID + 40} {block.throat + 10} {MID} {block.throat + 12}"
    figure.piece(whole(front), material, texture=texture, rim=1)
    opening = (
        f"M{MID} {top - 222} C{MID + 56} {top - 222} {MID + 102} {top - 172} {MID + 104} {top - 92} "
        f"C{MID + 105} {top - 26} {MID + 60} {top + 26} {MID} {top + 62}"
    )
    inside = lining or Cloth(material.inside)
    figure.fill(whole(opening), mix(inside.base, "#14100c", 0.28))
    inner = (
        f"M{MID} {top - 40} C{MID + 50} {top - 42} {MID + 80} {top - 60} {MID + 104} {top - 84} "
        f"C{MID + 103} {top - 26} {MID + 60} {top + 26} {MID} {top + 62}"
    )
    figure.fade(whole(opening), "#0e0905", (MID - 40, top - 200), (MID + 30, top + 20), opacity=0.55)
    figure.fill(whole(inner), inside.base, opacity=0.5)
    figure.line(
        both(f"M{MID} {top - 40} C{MID + 50} {top - 42} {MID + 84} {top - 60} {MID + 104} {top - 84}"),
        inside.line,
        width=2.2,
    )
    figure.line(
        f"M{MID} {top - 220} C{MID - 4} {top - 150} {MID - 4} {top - 90} {MID} {top - 41}",
        inside.line,
        width=2,
        opacity=0.7,
    )
    draw_label(figure, MID, top - 26)
    figure.line(whole(opening), material.line, width=3)
    _hood_edge(figure, block, material, opening, fur=fur)
    if peak:
        brim = (
            f"M{MID} {top - 218} C{MID + 50} {top - 218} {MID + 84} {top - 196} {MID + 97} {top - 150} "
            f"C{MID + 70} {top - 180} {MID + 40} {top - 190} {MID} {top - 191}"
        )
        figure.piece(whole(brim), material, rim=0.5)
        figure.stitch(
            both(f"M{MID} {top - 199} C{MID + 44} {top - 198} {MID + 70} {top - 188} {MID + 88} {top - 168}"), material
        )
    if cords is not None:
        _cords(figure, top, cords)


def _hood_edge(figure: Figure, block: Block, material: Cloth, opening: str, *, fur: bool) -> None:
    centre = (MID, block.top - 74)
    if fur:
        trim = Cloth("#b9a283")
        figure.line(whole(scaled(opening, 1.12, centre)), trim.base, width=34)
        figure.line(whole(scaled(opening, 1.12, centre)), trim.line, width=34, opacity=0.25, dash="3 7")
        figure.line(whole(scaled(opening, 1.20, centre)), trim.lit, width=12, opacity=0.9, dash="2 5")
        figure.line(whole(scaled(opening, 1.04, centre)), trim.line, width=12, opacity=0.55, dash="2 6")
        return
    figure.stitch(whole(scaled(opening, 1.13, centre)), material)
    figure.line(whole(scaled(opening, 1.025, centre)), "#fff6e6", width=2, opacity=0.2)
    for side in (1, -1):
        figure.fold((MID + side * 138, block.top - 120), (MID + side * 104, block.top + 6), width=side * 22, depth=0.18)


def _cords(figure: Figure, top: float, material: Cloth) -> None:
    for side, length in ((1, 168), (-1, 190)):
        x = MID + side * 46
        figure.cord(
            (
                f"M{x} {top + 64} "
                f"C{x + side * 4} {top + 110} {x - side * 6} {top + length - 20} {x + side * 2} {top + length}"
            ),
            material,
            width=9,
        )
        figure.shape(box(x + side * 2 - 5, top + length - 4, 10, 26, 3), material.dim)
        figure.line(box(x + side * 2 - 5, top + length - 4, 10, 26, 3), material.line, width=1.6, over=True)
        figure.line(f"M{x - 0.1} {top + 64} L{x} {top + 64}", "#2b241c", width=15, over=True)
        figure.line(f"M{x - 0.1} {top + 64} L{x} {top + 64}", "#a69b8a", width=9, over=True)
        figure.line(f"M{x - 0.1} {top + 66} L{x} {top + 66}", material.base, width=6, over=True)


def _hood_back(figure: Figure, block: Block, material: Cloth, outer: str, texture: str) -> None:
    top = block.top
    half = f"{outer} C{MID + 80} {top + 40} {MID + 40} {top + 46} {MID} {top + 46}"
    figure.piece(whole(half), material, texture=texture, rim=1.1)
    seam = f"M{MID + 46} {top - 240} C{MID + 62} {top - 150} {MID + 58} {top - 60} {MID + 52} {top + 42}"
    for d in (seam, mirrored(seam)):
        figure.seam(d, material)
    figure.fold((MID - 118, top + 14), (MID - 60, top - 50), width=26, depth=0.2)
    figure.fold((MID + 118, top + 14), (MID + 64, top - 56), width=-26, depth=0.2)
    figure.fade(whole(half), "#0e0905", (MID, top + 46), (MID, top - 30), opacity=0.3)
