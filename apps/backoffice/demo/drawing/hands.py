"""Gloves and mittens: the backs of the hands, or the palms."""

from __future__ import annotations

from collections.abc import Callable

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.necks import draw_label
from apps.backoffice.demo.drawing.palette import Cloth, shifted
from apps.backoffice.demo.drawing.paths import Point, mirrored, moved

MID = 600.0
_APART = 26
Place = Callable[[str], str]
# Of each finger: where it begins between its neighbours, its tip, and half its width.
_FINGERS = (
    ((128, 664), (118, 470), 16),
    ((169, 650), (170, 428), 16),
    ((210, 660), (222, 462), 15),
    ((247, 694), (272, 544), 14),
)
# Where two fingers part.
_CROTCHES = ((146, 640), (190, 640), (232, 660))


def gloves(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    mitten: bool = False,
    palm: Cloth | None = None,
    texture: str = "fine_knit",
) -> None:
    """A pair of gloves or mittens, backs or palms up."""
    figure.scale = 1.16
    for flip in (True, False):
        _hand(figure, material, flip=flip, palm_up=view == "back", mitten=mitten, palm=palm, texture=texture)


def _hand(
    figure: Figure, material: Cloth, *, flip: bool, palm_up: bool, mitten: bool, palm: Cloth | None, texture: str
) -> None:
    def place(d: str) -> str:
        there = moved(d, _APART, 0)
        return mirrored(there) if flip else there

    def crease(start: Point, end: Point, *, width: float, depth: float, bend: float = 0) -> None:
        side = -1 if flip else 1
        a, b = ((MID + side * (x + _APART), y) for x, y in (start, end))
        figure.fold(a, b, width=side * width, depth=depth, bend=side * bend)

    figure.piece(place(_mitten() if mitten else _glove()), material, texture=texture, across=(0, 0, 1, 0.2))
    _thumb_seam(figure, material, place)
    crease((104, 706), (60, 716), width=18, depth=0.3, bend=6)
    crease((108, 900), (250, 886), width=22, depth=0.22, bend=8)
    if palm_up:
        _palm(figure, palm or shifted(material, "#2a2018", 0.35), place, mitten=mitten)
    elif mitten:
        _stitched_points(figure, material, place, ((150, 540), (186, 510), (224, 540)), down_to=700)
        for y in (770, 786):
            figure.stitch(
                place(f"M{MID + 100} {y} C{MID + 150} {y + 12} {MID + 220} {y + 12} {MID + 264} {y}"), material
            )
    else:
        _fingers(figure, material, place, crease)
        _stitched_points(figure, material, place, ((148, 700), (188, 692), (226, 706)), down_to=846)
    _cuff(figure, material, place)
    if not palm_up:
        draw_label(figure, MID + (-1 if flip else 1) * (196 + _APART), 1030, width=40, height=26)


def _thumb_seam(figure: Figure, material: Cloth, place: Place) -> None:
    """Set the thumb in with a gusset."""
    x = MID
    seam = f"M{x + 104} 700 C{x + 118} 760 {x + 122} 830 {x + 98} 906"
    figure.seam(place(seam), material)
    figure.stitch(place(moved(seam, 9, 2)), material)
    figure.fade(
        place(f"M{x + 104} 700 C{x + 118} 760 {x + 122} 830 {x + 98} 906 C{x + 92} 830 {x + 70} 770 {x + 84} 700 Z"),
        "#0e0905",
        (MID + 130, 800),
        (MID + 80, 800),
        opacity=0.2,
    )


def _fingers(figure: Figure, material: Cloth, place: Place, crease: Callable[..., None]) -> None:
    """Round each finger with a seam along its sides and creases where it bends; bind the tips that hold."""
    for (x, y), (tip_x, tip_y), half in _FINGERS:
        for side in (-1, 1):
            figure.stitch(
                place(f"M{MID + x + side * half} {y - 30} L{MID + tip_x + side * (half - 4)} {tip_y + 26}"),
                material,
                opacity=0.5,
            )
        for share in (0.34, 0.42, 0.66):
            at_x, at_y = x + (tip_x - x) * share, y + (tip_y - y) * share
            crease((at_x - half, at_y), (at_x + half, at_y - 3), width=9, depth=0.3)
        left, right, low = MID + tip_x - half - 2, MID + tip_x + half + 2, tip_y + 34
        cap = f"M{left} {low} C{left + half} {low + 8} {right - half} {low + 8} {right} {low}"
        figure.line(place(cap), material.line, width=2, opacity=0.6)
    for x, y in _CROTCHES:
        figure.line(place(f"M{MID + x} {y} L{MID + x} {y + 26}"), "#0e0905", width=7, opacity=0.22)
        figure.seam(place(f"M{MID + x} {y} L{MID + x} {y + 20}"), material)


def _stitched_points(figure: Figure, material: Cloth, place: Place, tops: tuple[Point, ...], *, down_to: float) -> None:
    """Sew the three points that the backs of gloves have."""
    for k, (x, y) in enumerate(tops):
        low = MID + x + (1 - k) * 9
        for dx in (-6, 6):
            figure.line(place(f"M{MID + x + dx} {y} L{low + dx} {down_to}"), material.line, width=2, opacity=0.55)
        figure.line(place(f"M{MID + x} {y - 6} L{low} {down_to + 6}"), material.lit, width=8, opacity=0.8)
        figure.stitch(place(f"M{MID + x} {y} L{low} {down_to}"), material)


def _palm(figure: Figure, palm: Cloth, place: Place, *, mitten: bool) -> None:
    """Lay leather into the palm, on the thumb, and on the fingers that hold."""
    x = MID
    pads = [
        (
            f"M{x + 110} 880 C{x + 116} 810 {x + 116} 740 {x + 122} 706 C{x + 160} 690 {x + 210} 690 {x + 244} 708 "
            f"C{x + 252} 770 {x + 248} 830 {x + 238} 884 C{x + 200} 892 {x + 150} 892 {x + 110} 880 Z"
        ),
        (
            f"M{x + 16} 660 C{x + 20} 636 {x + 40} 634 {x + 50} 650 C{x + 66} 676 {x + 80} 696 {x + 92} 716 "
            f"L{x + 76} 742 C{x + 50} 716 {x + 22} 690 {x + 16} 660 Z"
        ),
    ]
    if not mitten:
        pads += [
            f"M{MID + a - w} {b - 40} L{MID + c - w + 3} {d + 34} C{MID + c - 8} {d + 14} {MID + c + 8} {d + 14} "
            f"{MID + c + w - 3} {d + 34} L{MID + a + w} {b - 40} Z"
            for (a, b), (c, d), w in _FINGERS[:3]
        ]
    for pad in map(place, pads):
        figure.fill(pad, palm.base, opacity=0.96)
        figure.weave(pad, palm, "leather")
        figure.line(pad, palm.line, width=2.4)
    for k in range(3):
        y = 752 + k * 38
        figure.line(
            place(f"M{x + 124} {y} C{x + 160} {y + 14} {x + 205} {y + 12} {x + 238} {y - 2}"),
            palm.line,
            width=2,
            opacity=0.5,
        )


def _cuff(figure: Figure, material: Cloth, place: Place) -> None:
    """Gather the wrist into a ribbed cuff, closed by a strap with its tab."""
    x = MID
    cuff = (
        f"M{x + 92} 930 C{x + 140} 940 {x + 200} 940 {x + 250} 930 L{x + 256} 1080 "
        f"C{x + 200} 1092 {x + 140} 1092 {x + 86} 1080 Z"
    )
    figure.piece(place(cuff), material, texture="rib", rim=0.8)
    figure.line(
        place(f"M{x + 88} 1066 C{x + 140} 1078 {x + 200} 1078 {x + 255} 1066"), material.line, width=2.4, opacity=0.7
    )
    strap = f"M{x + 86} 924 C{x + 140} 936 {x + 200} 936 {x + 254} 924 L{x + 256} 968 C{x + 200} 980 {x + 140} 980 {x + 84} 968 Z"
    figure.piece(place(strap), shifted(material, "#14100c", 0.3), texture="canvas", rim=0.3)
    figure.stitch(place(f"M{x + 90} 935 C{x + 140} 946 {x + 200} 946 {x + 250} 935"), material)
    figure.stitch(place(f"M{x + 90} 962 C{x + 140} 972 {x + 200} 972 {x + 250} 962"), material)
    tab = f"M{x + 214} 928 L{x + 262} 922 L{x + 264} 970 L{x + 214} 976 Z"
    figure.fill(place(tab), material.dim)
    figure.line(place(tab), material.line, width=2.4)


def _glove() -> str:
    x = MID
    return (
        f"M{x + 96} 950 C{x + 92} 880 {x + 84} 820 {x + 70} 770 C{x + 50} 730 {x + 16} 690 {x + 4} 650 "
        f"C{x + 0} 624 {x + 28} 612 {x + 48} 632 C{x + 70} 656 {x + 84} 684 {x + 104} 700 "
        f"C{x + 104} 640 {x + 98} 540 {x + 98} 480 C{x + 98} 452 {x + 136} 452 {x + 138} 480 "
        f"C{x + 142} 540 {x + 144} 590 {x + 146} 640 C{x + 148} 580 {x + 148} 500 {x + 150} 440 "
        f"C{x + 152} 412 {x + 190} 412 {x + 191} 440 "
        f"C{x + 192} 500 {x + 190} 580 {x + 190} 640 C{x + 194} 590 {x + 198} 520 {x + 204} 468 "
        f"C{x + 208} 440 {x + 244} 444 {x + 243} 472 C{x + 240} 540 {x + 234} 600 {x + 232} 660 "
        f"C{x + 238} 620 {x + 246} 580 {x + 254} 544 "
        f"C{x + 260} 520 {x + 292} 526 {x + 290} 552 C{x + 284} 640 {x + 272} 720 {x + 262} 800 "
        f"C{x + 254} 860 {x + 248} 900 {x + 248} 950 C{x + 200} 960 {x + 140} 960 {x + 96} 950 Z"
    )


def _mitten() -> str:
    x = MID
    return (
        f"M{x + 96} 950 C{x + 92} 890 {x + 86} 830 {x + 70} 780 C{x + 44} 740 {x + 8} 700 {x + 0} 650 "
        f"C{x - 2} 614 {x + 38} 600 {x + 62} 636 C{x + 76} 660 {x + 84} 680 {x + 96} 694 "
        f"C{x + 90} 600 {x + 98} 420 {x + 186} 418 C{x + 280} 420 {x + 292} 600 {x + 280} 720 "
        f"C{x + 270} 800 {x + 252} 880 {x + 248} 950 C{x + 200} 960 {x + 140} 960 {x + 96} 950 Z"
    )
