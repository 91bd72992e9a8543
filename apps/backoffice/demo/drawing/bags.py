"""Backpacks, totes and pouches."""

from __future__ import annotations

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.necks import draw_label
from apps.backoffice.demo.drawing.palette import Cloth, shifted
from apps.backoffice.demo.drawing.paths import both, box, mirrored, moved, whole

MID = 600.0
BASE = 1200


def backpack(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    roll_top: bool = True,
    trim: Cloth | None = None,
    pocket: bool = True,
    texture: str = "canvas",
) -> None:
    """A day pack: rolled shut at the top, or closed by a lid with two straps."""
    figure.scale = 1.1
    edge = trim or shifted(material, "#14100c", 0.35)
    figure.stand(MID, BASE - 2, 350, ry=44)
    if view == "back":
        _harness(figure, material, edge, texture, roll_top=roll_top)
        return
    for d in (
        f"M{MID + 280} 640 C{MID + 350} 700 {MID + 350} 900 {MID + 290} 1060",
        f"M{MID - 280} 640 C{MID - 350} 700 {MID - 350} 900 {MID - 290} 1060",
    ):
        figure.line(d, edge.line, width=42, over=False)
    body = (
        f"M{MID} 470 L{MID + 250} 470 C{MID + 286} 560 {MID + 300} 800 {MID + 298} 1000 "
        f"C{MID + 298} 1120 {MID + 290} {BASE} {MID + 220} {BASE} L{MID} {BASE}"
    )
    _grab(figure, edge, 410 if not roll_top else 330)
    figure.piece(whole(body), material, texture=texture, across=(0, 0, 1, 0.12), rim=1.3)
    _side_pockets(figure, material, edge)
    if pocket:
        _front_pocket(figure, material, texture)
    for x, y, to_x, to_y, w in (
        (-250, 620, -150, 700, 30),
        (250, 640, 160, 730, -30),
        (-200, 1150, -120, 1060, 26),
        (210, 1160, 130, 1080, -26),
    ):
        figure.fold((MID + x, y), (MID + to_x, to_y), width=w, depth=0.18)
    foot = f"M{MID} 1128 L{MID + 297} 1118 C{MID + 294} 1170 {MID + 276} {BASE} {MID + 220} {BASE} L{MID} {BASE}"
    figure.piece(whole(foot), edge, texture=texture, rim=0.6)
    figure.stitch(f"M{MID - 292} 1134 L{MID} 1140 L{MID + 292} 1134", edge)
    if roll_top:
        _rolled(figure, material, edge, texture)
    else:
        _lid(figure, material, texture)


def _grab(figure: Figure, edge: Cloth, y: float) -> None:
    d = f"M{MID - 62} {y + 80} C{MID - 62} {y} {MID + 62} {y} {MID + 62} {y + 80}"
    figure.cord(d, edge, width=24)


def _side_pockets(figure: Figure, material: Cloth, edge: Cloth) -> None:
    for flip in (False, True):
        d = f"M{MID + 214} 850 C{MID + 240} 860 {MID + 270} 856 {MID + 300} 840 L{MID + 298} 1122 L{MID + 226} 1124 Z"
        shape = mirrored(d) if flip else d
        figure.fill(shape, material.dim)
        figure.line(shape, material.line, width=2.6)
        hem = f"M{MID + 214} 850 C{MID + 240} 860 {MID + 270} 856 {MID + 300} 840"
        figure.line(mirrored(hem) if flip else hem, edge.base, width=12)


def _front_pocket(figure: Figure, material: Cloth, texture: str) -> None:
    d = box(MID - 196, 760, 392, 372, 34)
    figure.line(moved(d, 4, 8), "#0e0905", width=14, opacity=0.14)
    figure.piece(d, material, texture=texture, rim=0.9)
    zip_line = f"M{MID - 150} 830 L{MID + 150} 830"
    figure.line(zip_line, material.line, width=22)
    figure.line(zip_line, "#17130f", width=7)
    figure.line(zip_line, "#b7ada0", width=4.5, opacity=0.85, dash="2.2 3")
    figure.line(f"M{MID + 136} 832 L{MID + 146} 884", "#7d5a34", width=11)
    for y in (812, 848):
        figure.stitch(f"M{MID - 160} {y} L{MID + 160} {y}", material)
    draw_label(figure, MID, 934, width=92, height=60, colour="#d9c9a8")
    figure.line(box(MID - 46, 934, 92, 60, 2), "#5a4630", width=2)


def _rolled(figure: Figure, material: Cloth, edge: Cloth, texture: str) -> None:
    neck = f"M{MID} 440 L{MID + 236} 440 C{MID + 250} 470 {MID + 262} 520 {MID + 268} 580 L{MID} 590"
    figure.piece(whole(neck), material, texture=texture, rim=0.8)
    roll = f"M{MID} 400 L{MID + 226} 396 C{MID + 262} 400 {MID + 264} 492 {MID + 230} 498 L{MID} 502"
    figure.line(both(f"M{MID} 512 L{MID + 236} 506"), "#0e0905", width=20, opacity=0.25)
    figure.piece(whole(roll), material, texture=texture, across=(0, 0, 0.05, 1))
    figure.line(both(f"M{MID} 446 L{MID + 240} 440"), material.line, width=3, opacity=0.7)
    for x in (-120.0, 60.0, 170.0):
        figure.fold((MID + x, 520), (MID + x - 20, 640), width=24, depth=0.2)
    for side in (1, -1):
        x = MID + side * 214
        strap = f"M{x} 470 C{x + side * 24} 560 {x + side * 40} 640 {x + side * 46} 720"
        figure.line(strap, edge.line, width=32, over=True)
        figure.line(strap, edge.base, width=27, over=True)
        figure.line(strap, edge.thread, width=2, dash="7 5", opacity=0.7, over=True)
        figure.shape(box(x + side * 26 - 24, 560, 48, 74, 8), "#221e1a")
        figure.line(box(x + side * 26 - 24, 560, 48, 74, 8), "#6b645a", width=2, over=True)
        figure.line(f"M{x + side * 26 - 14} 596 L{x + side * 26 + 14} 596", "#6b645a", width=3, over=True)


def _lid(figure: Figure, material: Cloth, texture: str) -> None:
    lid = (
        f"M{MID} 440 C{MID + 120} 438 {MID + 240} 446 {MID + 262} 490 "
        f"C{MID + 284} 560 {MID + 284} 660 {MID + 276} 720 C{MID + 220} 752 {MID + 100} 762 {MID} 762"
    )
    figure.line(both(f"M{MID} 774 C{MID + 100} 774 {MID + 220} 764 {MID + 278} 732"), "#0e0905", width=24, opacity=0.22)
    figure.piece(whole(lid), material, texture=texture, across=(0, 0, 0.8, 0.6), rim=1.2)
    figure.stitch(both(f"M{MID} 748 C{MID + 100} 748 {MID + 214} 738 {MID + 264} 712"), material)
    leather = Cloth("#96683c")
    for side in (1, -1):
        x = MID + side * 130
        strap = box(x - 21, 560, 42, 330, 12)
        figure.line(moved(strap, 3, 6), "#0e0905", width=6, opacity=0.25)
        figure.piece(strap, leather, texture="leather", rim=0.5)
        figure.stitch(box(x - 15, 568, 30, 314, 8), leather)
        buckle = box(x - 30, 800, 60, 56, 8)
        figure.line(buckle, "#4b3d28", width=11, over=True)
        figure.line(buckle, "#b99a5e", width=7, over=True)
        figure.line(f"M{x} 800 L{x} 852", "#b99a5e", width=7, over=True)


def _harness(figure: Figure, material: Cloth, edge: Cloth, texture: str, *, roll_top: bool) -> None:
    top = 400 if roll_top else 450
    body = (
        f"M{MID} {top} L{MID + 236} {top} C{MID + 280} 520 {MID + 300} 800 {MID + 298} 1000 "
        f"C{MID + 298} 1120 {MID + 290} {BASE} {MID + 220} {BASE} L{MID} {BASE}"
    )
    _grab(figure, edge, top - 68)
    figure.piece(whole(body), material, texture=texture, rim=1.3)
    if roll_top:
        figure.seam(f"M{MID - 246} 500 L{MID + 246} 500", material)
    panel = whole(f"M{MID} 540 L{MID + 196} 540 C{MID + 216} 700 {MID + 226} 900 {MID + 222} 1130 L{MID} 1136")
    figure.piece(panel, edge, texture="waffle", rim=1)
    figure.line(f"M{MID} 560 L{MID} 1120", "#0e0905", width=22, opacity=0.22)
    for side in (1, -1):
        strap = (
            f"M{MID + side * 74} 520 C{MID + side * 176} 560 {MID + side * 214} 700 {MID + side * 190} 860 "
            f"C{MID + side * 184} 900 {MID + side * 190} 930 {MID + side * 200} 960"
        )
        web = f"M{MID + side * 196} 940 C{MID + side * 216} 1010 {MID + side * 250} 1080 {MID + side * 270} 1130"
        figure.line(moved(strap, 5, 10), "#0e0905", width=82, opacity=0.16)
        figure.line(web, edge.line, width=26)
        figure.line(web, edge.base, width=21)
        for colour, width in ((edge.line, 78), (material.dim, 72), (material.base, 54)):
            figure.line(strap, colour, width=width)
        figure.line(strap, material.thread, width=58, opacity=0.25, dash="2 9")
        figure.line(strap, material.base, width=52)
        figure.shape(box(MID + side * 198 - 30, 930, 60, 44, 8), "#221e1a")
        figure.line(box(MID + side * 198 - 30, 930, 60, 44, 8), "#6b645a", width=2, over=True)
    sternum = f"M{MID - 190} 740 L{MID + 190} 740"
    figure.line(sternum, edge.line, width=20)
    figure.line(sternum, edge.base, width=15)
    figure.shape(box(MID - 28, 722, 56, 36, 8), "#221e1a")


def tote(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    handles: Cloth | None = None,
    pocket: bool = False,
    long: bool = True,
    texture: str = "canvas",
    base: Cloth | None = None,
) -> None:
    """A canvas tote on its base."""
    figure.scale = 1.12
    strap = handles or material
    figure.stand(MID, 1198, 330, ry=40)
    peak = 290 if long else 420
    loop = (
        f"M{MID - 124} 690 C{MID - 128} {peak + 60} {MID - 90} {peak} {MID} {peak} "
        f"C{MID + 90} {peak} {MID + 128} {peak + 60} {MID + 124} 690"
    )
    far = moved(loop, 14, -26)
    _handle(figure, Cloth(strap.dim), far)
    inside = whole(f"M{MID} 598 C{MID + 140} 598 {MID + 240} 606 {MID + 282} 618 L{MID + 270} 660 L{MID} 664")
    figure.piece(inside, Cloth(material.inside), rim=0.3)
    body = (
        f"M{MID} 640 C{MID + 140} 640 {MID + 240} 632 {MID + 286} 616 "
        f"C{MID + 292} 800 {MID + 300} 1000 {MID + 304} 1160 "
        f"C{MID + 300} 1188 {MID + 280} 1200 {MID + 250} 1200 L{MID} 1200"
    )
    figure.piece(whole(body), material, texture=texture, across=(0, 0, 1, 0.15), rim=1.3)
    if base is not None:
        figure.piece(
            whole(
                f"M{MID} 1062 L{MID + 301} 1052 L{MID + 304} 1160 C{MID + 300} 1188 {MID + 280} 1200 {MID + 250} 1200 "
                f"L{MID} 1200"
            ),
            base,
            texture=texture,
            rim=0.8,
        )
        figure.stitch(f"M{MID - 298} 1066 L{MID + 298} 1066", base)
    for y in (672, 682):
        figure.stitch(both(f"M{MID} {y} C{MID + 140} {y} {MID + 240} {y - 8} {MID + 286} {y - 24}"), material)
    for x, y, to_x, to_y, w, depth in (
        (-270.0, 690, -170, 830, 40, 0.16),
        (272, 700, 180, 860, -40, 0.16),
        (-60, 700, -90, 1010, 46, 0.11),
        (120, 720, 96, 1080, 44, 0.10),
        (-270, 1150, -150, 1040, 30, 0.16),
        (276, 1150, 160, 1050, -30, 0.15),
    ):
        figure.fold((MID + x, y), (MID + to_x, to_y), width=w, depth=depth, bend=8)
    _handle(figure, strap, loop)
    for x in (MID - 124, MID + 124):
        anchor = box(x - 23, 668, 46, 84, 3)
        figure.shape(anchor, strap.base)
        figure.line(anchor, strap.line, width=2.6, over=True)
        for d in (box(x - 16, 690, 32, 54), f"M{x - 16} 690 L{x + 16} 744", f"M{x + 16} 690 L{x - 16} 744"):
            figure.line(d, strap.thread, width=2, dash="7 4", over=True)
    if pocket and view == "front":
        figure.line(box(MID - 120, 800, 240, 220, 8), material.line, width=2.6)
        figure.stitch(box(MID - 112, 808, 224, 204, 6), material)
    elif view == "front":
        draw_label(figure, MID, 850, width=150, height=98, colour=material.base)
    else:
        draw_label(figure, MID + 214, 1090, width=56, height=36)


def _handle(figure: Figure, strap: Cloth, d: str) -> None:
    figure.line(moved(d, 6, 8), "#4a3a28", width=40, opacity=0.12, over=True)
    figure.line(d, strap.line, width=42, over=True)
    figure.line(d, strap.base, width=37, over=True)
    figure.line(d, strap.lit, width=12, opacity=0.5, over=True)


def pouch(figure: Figure, material: Cloth, view: str, *, texture: str = "ripstop", sling: bool = True) -> None:
    """A hip bag with a zip, its belt laid around it."""
    figure.scale = 1.12
    edge = shifted(material, "#14100c", 0.4)
    if sling:
        belt = (
            f"M{MID - 280} 820 C{MID - 420} 700 {MID - 380} 420 {MID - 60} 400 "
            f"C{MID + 300} 380 {MID + 430} 640 {MID + 284} 820"
        )
        figure.line(moved(belt, 6, 10), "#4a3a28", width=46, opacity=0.12, over=False)
        for colour, width in ((edge.line, 46), (edge.base, 41)):
            figure.line(belt, colour, width=width, over=True)
        figure.line(belt, edge.thread, width=30, opacity=0.25, dash="2 7", over=True)
        figure.line(belt, edge.base, width=25, over=True)
        figure.shape(box(MID - 66, 366, 120, 66, 12), "#221e1a")
        figure.line(box(MID - 66, 366, 120, 66, 12), "#6b645a", width=2.4, over=True)
        figure.line(f"M{MID - 6} 370 L{MID - 6} 428", "#6b645a", width=3, over=True)
    body = (
        f"M{MID} 740 C{MID + 150} 736 {MID + 270} 752 {MID + 316} 800 "
        f"C{MID + 340} 850 {MID + 330} 980 {MID + 270} 1050 C{MID + 200} 1096 {MID + 90} 1100 {MID} 1100"
    )
    figure.piece(whole(body), material, texture=texture, rim=1.4)
    if view == "front":
        line = both(f"M{MID} 838 C{MID + 120} 836 {MID + 220} 842 {MID + 282} 866")
        figure.line(line, material.line, width=26)
        figure.line(line, "#17130f", width=8)
        figure.line(line, "#b7ada0", width=5, opacity=0.85, dash="2.2 3")
        figure.line(f"M{MID + 262} 862 L{MID + 276} 930", "#c07a3a", width=12)
        draw_label(figure, MID, 950, width=92, height=60, colour="#d9c9a8")
    else:
        panel = whole(
            f"M{MID} 800 C{MID + 150} 798 {MID + 230} 810 {MID + 262} 840 "
            f"C{MID + 280} 900 {MID + 260} 980 {MID + 220} 1020 C{MID + 150} 1046 {MID + 70} 1050 {MID} 1050"
        )
        figure.fill(panel, edge.base)
        figure.weave(panel, edge, "waffle")
        figure.line(panel, material.line, width=3)
    for x, y, to_x, to_y, w in ((-300, 830, -200, 900, 26), (300, 830, 210, 910, -26)):
        figure.fold((MID + x, y), (MID + to_x, to_y), width=w, depth=0.2)
