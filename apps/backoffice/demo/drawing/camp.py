"""What goes along to the fire: mug, bottle, blanket."""

from __future__ import annotations

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.necks import draw_label
from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import both, box, moved, oval, whole
from apps.backoffice.demo.drawing.small import pile

MID = 600.0
_STEEL = Cloth("#3b4148")


def mug(figure: Figure, material: Cloth, view: str) -> None:
    """An enamel mug with a dark rim, its handle to the right or, turned round, to the left."""
    # Beside the bottle: a third of its height.
    figure.scale = 0.86
    figure.stand(MID, 1020, 300, ry=34)
    side = 1 if view == "front" else -1
    handle = f"M{MID + side * 210} 680 C{MID + side * 380} 650 {MID + side * 390} 900 {MID + side * 204} 890"
    for colour, width in ((material.line, 46), (material.base, 40), (material.lit, 12)):
        figure.line(handle, colour, width=width, over=True)
    body = (
        f"M{MID} 560 C{MID + 130} 560 {MID + 226} 574 {MID + 230} 600 L{MID + 216} 980 "
        f"C{MID + 212} 1010 {MID + 130} 1024 {MID} 1024"
    )
    figure.piece(whole(body), material, across=(0, 0, 1, 0), rim=1.4)
    mouth = oval(MID, 596, 226, 36)
    figure.fill(mouth, material.dim)
    figure.fade(mouth, "#0e0905", (MID - 120, 560), (MID + 60, 640), opacity=0.5)
    figure.line(mouth, _STEEL.base, width=13)
    figure.line(moved(mouth, -1, -3), "#8a929a", width=3, opacity=0.8)
    figure.line(
        both(f"M{MID} 1014 C{MID + 130} 1014 {MID + 206} 1000 {MID + 215} 976"), _STEEL.base, width=9, opacity=0.8
    )
    peaks = f"M{MID - 96} 860 L{MID - 30} 752 L{MID + 10} 808 L{MID + 40} 776 L{MID + 96} 860"
    figure.line(peaks, material.thread, width=13)
    figure.fade(box(MID - 180, 640, 44, 340, 20), "#fffaf0", (MID - 180, 0), (MID - 136, 0), opacity=0.35)
    for x, y, r in ((150, 930, 3.5), (-120, 700, 2.5), (60, 960, 2.5), (174, 720, 3)):
        figure.fill(oval(MID + x, y, r, r * 0.8), _STEEL.base, opacity=0.7)


def bottle(figure: Figure, material: Cloth, view: str) -> None:
    """A vacuum bottle, powder-coated, with a screw cap and a loop."""
    figure.scale = 1.1
    figure.stand(MID, 1240, 200, ry=28)
    loop = f"M{MID - 62} 330 C{MID - 70} 230 {MID + 70} 230 {MID + 62} 330"
    figure.cord(loop, _STEEL, width=26)
    cap = f"M{MID} 310 L{MID + 84} 310 C{MID + 92} 312 {MID + 94} 320 {MID + 94} 330 L{MID + 94} 430 L{MID} 434"
    figure.piece(whole(cap), _STEEL, across=(0, 0, 1, 0))
    for k in range(-8, 9):
        x = MID + k * 10.5
        figure.line(f"M{x} 336 L{x} 420", "#0b0908", width=2.4, opacity=0.4)
    steel = Cloth("#b9bdbf")
    figure.piece(whole(f"M{MID} 428 L{MID + 84} 426 L{MID + 84} 462 L{MID} 466"), steel, across=(0, 0, 1, 0))
    body = (
        f"M{MID} 460 L{MID + 88} 456 C{MID + 104} 500 {MID + 158} 520 {MID + 160} 600 L{MID + 160} 1200 "
        f"C{MID + 158} 1232 {MID + 90} 1242 {MID} 1242"
    )
    figure.piece(whole(body), material, texture="leather", across=(0, 0, 1, 0), rim=1.4)
    figure.fade(box(MID - 118, 560, 34, 620, 16), "#fffaf0", (MID - 118, 0), (MID - 84, 0), opacity=0.3)
    figure.piece(
        whole(f"M{MID} 1206 L{MID + 159} 1196 C{MID + 158} 1232 {MID + 90} 1242 {MID} 1242"),
        steel,
        across=(0, 0, 1, 0),
        rim=0.6,
    )
    if view == "front":
        peaks = f"M{MID - 62} 860 L{MID - 18} 786 L{MID + 8} 824 L{MID + 26} 802 L{MID + 62} 860"
        figure.line(peaks, material.thread, width=9)
    else:
        for k in range(6):
            figure.line(
                f"M{MID + 60} {760 + k * 60} L{MID + 100} {759 + k * 60}", material.thread, width=5, opacity=0.8
            )


def blanket(figure: Figure, material: Cloth, view: str, *, texture: str = "check", stripe: Cloth | None = None) -> None:
    """A wool blanket: folded in a pile, or spread out with its corner turned over."""
    if view == "front":
        pile(figure, material, texture, stripe=stripe, layers=4)
        return
    figure.scale = 1.06
    sheet = box(MID - 340, 330, 680, 860, 10)
    for k in range(46):
        x = MID - 332 + k * 14.7
        for y, dy in ((330, -34), (1190, 34)):
            figure.line(f"M{x} {y} L{x + (k % 3 - 1) * 3} {y + dy}", material.line, width=8, over=True)
            figure.line(f"M{x} {y} L{x + (k % 3 - 1) * 3} {y + dy}", material.base, width=5.5, over=True)
    figure.piece(sheet, material, texture=texture)
    if stripe is not None:
        for y in (420, 470, 1040, 1090):
            figure.line(f"M{MID - 338} {y} L{MID + 338} {y}", stripe.base, width=26, opacity=0.92)
    for x, y, to_x, to_y, width in ((-230, 340, -190, 1180, 70), (60, 340, 90, 1180, 80), (230, 400, 210, 1100, -60)):
        figure.fold((MID + x, y), (MID + to_x, to_y), width=width, depth=0.12, bend=10)
    corner = f"M{MID + 340} 980 L{MID + 340} 1190 L{MID + 150} 1190 Z"
    figure.fill(corner, "#ebe5da")
    turned_up = f"M{MID + 342} 978 L{MID + 148} 1192 L{MID + 160} 1010 Z"
    figure.line(moved(turned_up, -4, -8), "#0e0905", width=26, opacity=0.2)
    figure.piece(turned_up, Cloth(material.dim), texture=texture, turn=45)
    draw_label(figure, MID - 270, 1120, width=72, height=46)
