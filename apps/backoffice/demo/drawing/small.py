"""Hats, scarves, socks, gloves and belts."""

from __future__ import annotations

import math

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.necks import draw_label
from apps.backoffice.demo.drawing.palette import Cloth, shifted
from apps.backoffice.demo.drawing.paths import both, bounds, box, mirrored, moved, oval, whole

MID = 600.0


def beanie(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "rib",
    bobble: bool = False,
    cuff: bool = True,
    stripe: Cloth | None = None,
) -> None:
    """A knitted hat, with a turned-up cuff or slouching without one."""
    figure.scale = 1.16
    if bobble:
        _bobble(figure, shifted(material, "#fff6e6", 0.3))
    crown = (
        f"M{MID} 500 C{MID + 120} 498 {MID + 262} 560 {MID + 290} 760 "
        f"C{MID + 298} 830 {MID + 296} 900 {MID + 294} 960 C{MID + 180} 1000 {MID + 80} 1006 {MID} 1006"
    )
    outline = whole(crown)
    figure.piece(outline, material, texture="" if texture == "rib" else texture, across=(0, 0.1, 1, 0.2))
    if texture == "rib":
        _ribs(figure, material)
    if stripe is not None:
        for y in (760, 800):
            figure.line(
                both(f"M{MID} {y + 22} C{MID + 120} {y + 22} {MID + 220} {y + 10} {MID + 292} {y - 10}"),
                stripe.base,
                width=18,
                opacity=0.92,
            )
    figure.fade(outline, "#0e0905", (MID, 500), (MID, 590), opacity=0.22)
    for x, y in ((-60, 560), (20, 540), (80, 570)):
        figure.fold((MID + x, 512), (MID + x * 2.1, y + 110), width=22, depth=0.2)
    if not cuff:
        for lift in (10, 34):
            figure.line(
                both(
                    f"M{MID} {1006 - lift} C{MID + 80} {1006 - lift} {MID + 180} {1000 - lift} {MID + 294} {960 - lift}"
                ),
                material.line,
                width=2.4,
                opacity=0.5,
            )
        return
    band = (
        f"M{MID} 880 C{MID + 100} 880 {MID + 214} 868 {MID + 300} 838 "
        f"C{MID + 312} 900 {MID + 312} 960 {MID + 302} 1016 C{MID + 210} 1052 {MID + 100} 1064 {MID} 1064"
    )
    figure.line(both(f"M{MID} 872 C{MID + 100} 872 {MID + 214} 860 {MID + 296} 832"), "#0e0905", width=18, opacity=0.22)
    figure.piece(whole(band), material, texture="rib", across=(0, 0.1, 1, 0.2))
    if view == "front":
        draw_label(figure, MID + 96, 926, width=84, height=56, colour="#d9c9a8")
        figure.line(box(MID + 54, 926, 84, 56, 2), "#5a4630", width=2)


def _bobble(figure: Figure, material: Cloth) -> None:
    for reach, radius in ((70, 26), (44, 30), (14, 34)):
        for angle in range(0, 360, 30):
            turn = math.radians(angle + reach)
            figure.piece(
                oval(MID + reach * math.cos(turn), 436 + reach * math.sin(turn), radius, radius),
                material,
                texture="pile",
                rim=0,
                line=False,
            )
    figure.fade(oval(MID, 436, 98, 98), "#0e0905", (MID + 70, 540), (MID - 30, 400), opacity=0.34)


def _ribs(figure: Figure, material: Cloth) -> None:
    for k in range(-10, 11):
        x = k * 28.5
        bow = x * 0.62
        d = f"M{MID + x * 0.16} 504 C{MID + bow} 560 {MID + x} 700 {MID + x * 1.02} 1000"
        figure.line(d, material.line, width=9, opacity=0.22)
        figure.line(moved(d, 10, 0), "#fff6e6", width=7, opacity=0.12)


def cap(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "twill",
    panels: int = 6,
    brim: Cloth | None = None,
    rope: bool = False,
) -> None:
    """A cap with a curved brim; from behind, its strap."""
    figure.scale = 1.2
    peak = brim or material
    crown = (
        f"M{MID} 540 C{MID + 150} 536 {MID + 272} 620 {MID + 290} 780 "
        f"C{MID + 294} 826 {MID + 292} 860 {MID + 288} 890 C{MID + 200} 916 {MID + 100} 924 {MID} 924"
    )
    figure.piece(whole(crown), material, texture=texture, across=(0, 0, 1, 0.25), rim=1.2)
    if panels == 5 and view == "front":
        front = f"M{MID} 552 C{MID + 60} 552 {MID + 150} 640 {MID + 176} 906"
        for d in (front, mirrored(front)):
            figure.seam(d, material)
            figure.stitch(moved(d, 8, 0), material)
    else:
        figure.seam(f"M{MID} 540 L{MID} 922", material)
        for d in (
            f"M{MID + 4} 541 C{MID + 90} 570 {MID + 180} 680 {MID + 204} 912",
            f"M{MID - 4} 541 C{MID - 90} 570 {MID - 180} 680 {MID - 204} 912",
        ):
            figure.seam(d, material)
            figure.stitch(moved(d, -8 if d.startswith(f"M{MID + 4}") else 8, 2), material)
    for x in (-118, 118):
        figure.fill(oval(MID + x, 664, 8, 8), "#0e0905", opacity=0.6)
        figure.line(oval(MID + x, 664, 11, 11), material.thread, width=4, opacity=0.8)
    figure.piece(oval(MID, 541, 21, 13), material, rim=0.3)
    if view == "front":
        _brim(figure, peak, texture, rope=rope)
    else:
        _strap(figure, material)


def _brim(figure: Figure, material: Cloth, texture: str, *, rope: bool) -> None:
    figure.fade(
        whole(f"M{MID} 880 C{MID + 120} 880 {MID + 230} 870 {MID + 288} 850 L{MID + 288} 800 L{MID} 800"),
        "#0e0905",
        (MID, 886),
        (MID, 820),
        opacity=0.25,
    )
    half = (
        f"M{MID} 862 C{MID + 130} 862 {MID + 236} 876 {MID + 290} 884 "
        f"C{MID + 330} 960 {MID + 322} 1010 {MID + 296} 1028 C{MID + 230} 968 {MID + 110} 948 {MID} 948"
    )
    under = (
        f"M{MID} 930 C{MID + 110} 930 {MID + 240} 950 {MID + 300} 1020 L{MID + 290} 1046 "
        f"C{MID + 220} 984 {MID + 110} 966 {MID} 966"
    )
    figure.piece(whole(under), Cloth(material.inside), rim=0.3)
    figure.piece(whole(half), material, texture=texture, rim=0.9)
    for k in range(1, 6):
        y = 862 + k * 15
        figure.stitch(
            both(f"M{MID} {y} C{MID + 120} {y} {MID + 220} {y + 14 + k} {MID + 284 + k * 5} {y + 28 + k * 9}"),
            material,
            opacity=0.55,
        )
    if rope:
        figure.line(both(f"M{MID} 864 C{MID + 130} 864 {MID + 236} 878 {MID + 286} 886"), "#e6dcc8", width=9)
        figure.line(
            both(f"M{MID} 864 C{MID + 130} 864 {MID + 236} 878 {MID + 286} 886"),
            "#6b5a44",
            width=9,
            opacity=0.5,
            dash="3 6",
        )
    patch = box(MID - 52, 720, 104, 74, 6)
    figure.line(moved(patch, 2, 4), "#0e0905", width=5, opacity=0.2)
    draw_label(figure, MID, 720, width=104, height=74, colour="#d9c9a8")
    figure.line(patch, "#5a4630", width=2)


def _strap(figure: Figure, material: Cloth) -> None:
    gap = f"M{MID} 800 C{MID + 60} 800 {MID + 104} 826 {MID + 108} 872 L{MID} 876"
    figure.fill(whole(gap), "#ebe5da")
    figure.fade(whole(gap), "#0e0905", (MID, 800), (MID, 880), opacity=0.5)
    figure.line(whole(gap), material.line, width=3)
    strap = whole(f"M{MID} 866 L{MID + 290} 846 L{MID + 288} 892 C{MID + 200} 918 {MID + 100} 926 {MID} 926")
    figure.piece(strap, material, rim=0.4)
    figure.stitch(both(f"M{MID} 876 L{MID + 286} 856"), material)
    figure.stitch(both(f"M{MID} 916 C{MID + 100} 916 {MID + 200} 908 {MID + 286} 884"), material)
    buckle = box(MID - 30, 860, 60, 72, 8)
    figure.line(moved(buckle, 2, 4), "#0e0905", width=9, opacity=0.25, over=True)
    figure.line(buckle, "#4b4031", width=9, over=True)
    figure.line(buckle, "#b59a63", width=6, over=True)


def scarf(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "check",
    contrast: Cloth | None = None,
    fringe: bool = True,
) -> None:
    """A woven or knitted scarf: folded lengthwise and looped, or squarely in a pile."""
    if view == "front":
        _looped(figure, material, texture, fringe=fringe, stripe=contrast)
    else:
        pile(figure, material, texture, stripe=contrast)


def _looped(figure: Figure, material: Cloth, texture: str, *, fringe: bool, stripe: Cloth | None) -> None:
    left = f"M{MID - 190} 470 L{MID - 20} 470 L{MID - 34} 1180 L{MID - 206} 1180 Z"
    right = f"M{MID + 20} 470 L{MID + 190} 470 L{MID + 204} 1080 L{MID + 32} 1080 Z"
    for d, bottom, lean in ((right, 1080, -1), (left, 1180, 1)):
        if fringe:
            _fringe(figure, material, d, bottom)
        figure.piece(d, material, texture=texture, turn=lean)
        if stripe is not None:
            x = MID - 200 if lean > 0 else MID + 38
            for y in (bottom - 150, bottom - 100):
                figure.line(f"M{x} {y} L{x + 164} {y}", stripe.base, width=26, opacity=0.95)
        x = -120 if lean > 0 else 112
        figure.fold((MID + x, 500), (MID + x - 10, bottom - 60), width=40, depth=0.22, bend=6)
        figure.fold((MID + x + 50, 480), (MID + x + 54, bottom - 180), width=-30, depth=0.15)
    loop = f"M{MID} 276 C{MID + 130} 276 {MID + 216} 330 {MID + 222} 430 C{MID + 226} 520 {MID + 110} 590 {MID} 592"
    figure.line(both(f"M{MID} 604 C{MID + 110} 602 {MID + 226} 530 {MID + 224} 440"), "#0e0905", width=26, opacity=0.18)
    figure.piece(whole(loop), material, texture=texture, turn=90)
    hollow = f"M{MID} 350 C{MID + 70} 350 {MID + 116} 376 {MID + 116} 404 C{MID + 112} 436 {MID + 60} 452 {MID} 452"
    figure.fill(whole(hollow), material.inside)
    figure.fade(whole(hollow), "#0e0905", (MID, 350), (MID, 452), opacity=0.5)
    figure.line(whole(hollow), material.line, width=3)
    for y, reach, depth in ((490, 150, 0.26), (530, 120, 0.2)):
        figure.fold((MID - reach, y - 60), (MID + reach, y - 56), width=-24, depth=depth, bend=56)
    figure.fold((MID - 170, 350), (MID - 60, 300), width=20, depth=0.2, bend=-10)
    figure.fold((MID + 60, 300), (MID + 176, 360), width=20, depth=0.2, bend=-10)


def _fringe(figure: Figure, material: Cloth, d: str, bottom: float) -> None:
    left, _, right, _ = bounds(d)
    start, end = (left + 6, right - 24) if right < MID else (left + 24, right - 6)
    count = 13
    for k in range(count):
        x = start + (end - start) * k / (count - 1)
        strand = (
            f"M{x - 5} {bottom - 8} L{x + 5} {bottom - 8} "
            f"C{x + 7} {bottom + 30} {x + 8} {bottom + 60} {x + 5 + k % 3} {bottom + 76} "
            f"L{x - 5 - k % 2} {bottom + 74} C{x - 8} {bottom + 50} {x - 6} {bottom + 20} {x - 5} {bottom - 8} Z"
        )
        figure.piece(strand, material, rim=0.15)


def pile(figure: Figure, material: Cloth, texture: str, *, stripe: Cloth | None, layers: int = 3) -> None:
    """Fold wool square and lay it in a pile."""
    for k, (dx, y) in enumerate(((8, 860), (-4, 730), (2, 600), (-6, 470))[:layers]):
        layer = box(MID - 300 + dx, y, 600, 170, 60)
        figure.piece(layer, material, texture=texture, across=(0, 0, 0.1, 1))
        figure.fade(layer, "#0e0905", (MID, y + 170), (MID, y + 84), opacity=0.34)
        if stripe is not None:
            figure.line(
                f"M{MID + 120 + k * 6} {y + 2} L{MID + 122 + k * 6} {y + 168}", stripe.base, width=40, opacity=0.9
            )
    figure.scale = 1.2
    draw_label(figure, MID + 226, 1030 - 130 * layers, width=64, height=40)


def socks(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    tall: bool = True,
    stripes: bool = False,
    contrast: Cloth | None = None,
    texture: str = "fine_knit",
) -> None:
    """A pair of socks side by side; the other view turns them over."""
    figure.scale = 1.12
    trim = contrast or shifted(material, "#14100c", 0.28)
    for k, dx in enumerate((-150, 150)):
        _sock(
            figure,
            material,
            trim,
            dx=dx - 40,
            dy=k * 26,
            top=330 if tall else 560,
            stripes=stripes,
            texture=texture,
            flip=view == "back",
        )


def _sock(
    figure: Figure,
    material: Cloth,
    trim: Cloth,
    *,
    dx: float,
    dy: float,
    top: float,
    stripes: bool,
    texture: str,
    flip: bool,
) -> None:
    def at(d: str) -> str:
        placed = moved(d, dx, dy)
        return mirrored(placed) if flip else placed

    x = MID - 40
    body = (
        f"M{x - 84} {top} L{x + 84} {top} C{x + 88} {top + 200} {x + 80} 760 {x + 92} 900 "
        f"C{x + 100} 960 {x + 150} 1010 {x + 206} 1066 "
        f"C{x + 250} 1112 {x + 236} 1176 {x + 180} 1190 C{x + 130} 1202 {x + 84} 1176 {x + 40} 1132 "
        f"C{x - 20} 1080 {x - 88} 1034 {x - 96} 950 C{x - 100} 880 {x - 82} 760 {x - 84} {top} Z"
    )
    figure.piece(at(body), material, texture=texture, across=(0, 0, 0.8, 0.1) if not flip else (0.2, 0, 1, 0.1))
    heel = (
        f"M{x - 92} 906 C{x - 40} 920 {x + 6} 950 {x + 4} 1000 C{x} 1046 {x - 20} 1080 {x - 26} 1078 "
        f"C{x - 60} 1046 {x - 92} 1010 {x - 96} 950 Z"
    )
    toe = (
        f"M{x + 112} 1180 C{x + 110} 1130 {x + 150} 1082 {x + 204} 1066 "
        f"C{x + 250} 1112 {x + 236} 1176 {x + 180} 1190 C{x + 156} 1196 {x + 134} 1192 {x + 112} 1180 Z"
    )
    for part in (heel, toe):
        figure.fill(at(part), trim.base)
        figure.weave(at(part), trim, texture)
        figure.line(at(part), trim.line, width=2.4, opacity=0.7)
    cuff = (
        f"M{x - 86} {top} L{x + 86} {top} C{x + 88} {top + 40} {x + 87} {top + 70} {x + 86} {top + 92} "
        f"C{x + 40} {top + 98} {x - 40} {top + 98} {x - 86} {top + 92} Z"
    )
    figure.piece(at(cuff), trim if stripes else material, texture="rib", rim=0.6)
    if stripes:
        for k in range(2):
            y = top + 132 + k * 44
            figure.line(at(f"M{x - 84} {y} C{x - 40} {y + 6} {x + 40} {y + 6} {x + 84} {y}"), trim.base, width=20)
    for y, reach in ((820, 60), (868, 70)):
        a, b = (x + 92 + dx, y + dy), (x + 92 - reach + dx, y + 26 + dy)
        if flip:
            a, b = (2 * MID - a[0], a[1]), (2 * MID - b[0], b[1])
        figure.fold(a, b, width=16 if not flip else -16, depth=0.2)


def belt(figure: Figure, material: Cloth, view: str, *, webbing: bool = False) -> None:
    """A belt rolled up on its edge: its buckle, or turned round the end with the holes."""
    figure.scale = 1.2
    figure.stand(MID + 6, 925, 330, ry=50)
    back = (
        f"M{MID} 560 C{MID + 180} 560 {MID + 300} 610 {MID + 300} 670 L{MID + 300} 780 "
        f"C{MID + 300} 840 {MID + 180} 760 {MID} 760"
    )
    figure.piece(whole(back), Cloth(material.inside), rim=0.6)
    for k in range(3):
        y, reach = 640 + k * 26, 250 - k * 58
        ring = (
            f"M{MID} {y - 44 + k * 12} "
            f"C{MID + reach * 0.7} {y - 44 + k * 12} {MID + reach} {y - 10} {MID + reach} {y + 20} "
            f"C{MID + reach} {y + 60} {MID + reach * 0.6} {y + 86} {MID} {y + 86}"
        )
        figure.line(whole(ring), material.line, width=19)
        figure.line(whole(ring), material.base if k % 2 else material.dim, width=13)
    front = (
        f"M{MID} 742 C{MID + 180} 742 {MID + 300} 706 {MID + 300} 664 L{MID + 300} 830 "
        f"C{MID + 300} 890 {MID + 180} 930 {MID} 932"
    )
    figure.piece(whole(front), material, texture="canvas" if webbing else "leather", across=(0, 0, 1, 0))
    for y in (756, 912):
        figure.stitch(both(f"M{MID} {y} C{MID + 180} {y} {MID + 284} {y - 36} {MID + 292} {y - 72}"), material)
    if view == "front":
        _buckle(figure, material, MID - 40, 838)
        return
    end = f"M{MID + 120} 742 C{MID + 190} 790 {MID + 190} 880 {MID + 116} 926"
    figure.line(moved(end, 8, 3), "#0e0905", width=16, opacity=0.2)
    figure.line(end, material.line, width=4)
    for k in range(5):
        figure.fill(oval(MID + 66 - k * 52, 838 + k * 0.6, 8, 10), "#120c06")


def _buckle(figure: Figure, material: Cloth, x: float, y: float) -> None:
    frame = box(x - 66, y - 74, 104, 148, 20)
    for colour, width, dx in (("#1d1712", 20, 3), ("#5a4a33", 20, 0), ("#b99a5e", 15, 0), ("#e2cd9c", 4, -3)):
        figure.line(moved(frame, dx, dx * 1.4), colour, width=width, over=True, opacity=0.3 if dx == 3 else 1)
    figure.line(f"M{x - 62} {y} L{x + 44} {y}", "#4b3d28", width=14, over=True)
    figure.line(f"M{x - 62} {y - 1} L{x + 44} {y - 1}", "#c3a566", width=9, over=True)
    keeper = box(x + 84, y - 58, 40, 112, 6)
    figure.fill(keeper, material.dim)
    figure.line(keeper, material.line, width=3)
