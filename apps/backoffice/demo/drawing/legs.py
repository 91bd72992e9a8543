"""Trousers, shorts and leggings."""

from __future__ import annotations

from dataclasses import dataclass

from apps.backoffice.demo.drawing.fastenings import patch_pocket
from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import both, box, mirrored, moved, whole
from apps.backoffice.demo.drawing.torso import MID, draw_button

TOP = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Half widths and heights of a pair of trousers."""

    waist: float = 176
    hip: float = 222
    crotch: float = 600
    hem: float = 1310
    inner: float = 96
    outer: float = 226
    knee: float = 214

    def leg(self) -> str:
        """The right leg from the waist."""
        hem, outer, inner = self.hem, MID + self.outer, MID + self.inner
        knee, rise = (940.0, 150) if hem > 1000 else ((self.crotch + hem) / 2, 60)
        return (
            f"M{MID} {TOP + 52} L{MID + self.waist + 4} {TOP + 46} "
            f"C{MID + self.waist + 26} {TOP + 130} {MID + self.hip} {TOP + 210} {MID + self.hip + 4} {self.crotch - 30} "
            f"C{MID + self.hip + 6} {knee - 140} {MID + self.knee + 8} {knee} {outer} {hem - 6} "
            f"C{outer - 40} {hem + 6} {inner + 40} {hem + 8} {inner} {hem + 4} "
            f"C{inner - 7} {knee} {MID + 26} {self.crotch + rise} {MID + 4} {self.crotch} "
            f"L{MID} {self.crotch - 8} Z"
        )


def trousers(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "twill",
    cargo: bool = False,
    knees: bool = False,
    work: bool = False,
    belt_cord: bool = False,
    turn_up: bool = False,
    taper: bool = False,
) -> None:
    """Long trousers: hiking, work or chino."""
    cut = Cut(outer=206, inner=92, knee=208) if taper else Cut()
    _pair(figure, material, view, cut, texture=texture, belt_cord=belt_cord)
    if knees and view == "front":
        _knee_darts(figure, material, cut)
    if work and view == "front":
        _double_knee(figure, material, cut)
    if cargo:
        for x in (MID + 122, MID - 122 - 108):
            patch_pocket(figure, material, x, 700, 108, 150, flap=True)
    _finish_legs(figure, material, cut, turn_up=turn_up)


def shorts(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "",
    belt_cord: bool = False,
    cargo: bool = False,
    turn_up: bool = False,
    liner: bool = False,
) -> None:
    """Shorts to above the knee."""
    figure.scale = 1.3
    cut = Cut(hem=880, outer=262, inner=34, hip=232, knee=246)
    _pair(figure, material, view, cut, texture=texture, belt_cord=belt_cord)
    if cargo:
        for x in (MID + 118, MID - 118 - 104):
            patch_pocket(figure, material, x, 640, 104, 130, flap=True)
    if liner:
        for d in (f"M{MID + 232} {700} L{MID + 210} {880}", f"M{MID - 232} {700} L{MID - 210} {880}"):
            figure.line(d, material.line, width=3)
    _finish_legs(figure, material, cut, turn_up=turn_up)


def _pair(figure: Figure, material: Cloth, view: str, cut: Cut, *, texture: str, belt_cord: bool) -> None:
    back = view == "back"
    leg = cut.leg()
    if not back:
        inside = (
            f"M{MID} {TOP - 2} C{MID + 80} {TOP - 2} {MID + 140} {TOP - 5} {MID + cut.waist - 4} {TOP - 8} "
            f"L{MID + cut.waist - 8} {TOP + 26} L{MID} {TOP + 34}"
        )
        figure.piece(whole(inside), Cloth(material.inside), rim=0)
    for d, across in ((mirrored(leg), (0, 0, 0.95, 0.1)), (leg, (0.02, 0, 1, 0.08))):
        figure.piece(d, material, texture=texture, across=across)
    figure.seam(f"M{MID} {TOP + 50} L{MID} {cut.crotch - 4}", material)
    _creases(figure, cut)
    _waistband(figure, material, cut, back=back, texture=texture, cord=belt_cord)
    if back:
        _seat(figure, material, cut)
    else:
        _front(figure, material, cut, fly=not belt_cord)


def _creases(figure: Figure, cut: Cut) -> None:
    c = cut.crotch
    for side in (1, -1):
        for x, y, to_x, to_y, width, depth in (
            (8, c - 8, 128, c - 76, 24, 0.22),
            (12, c + 18, 150, c + 6, 26, 0.18),
            (30, c + 96, 110, c + 170, 22, 0.14),
        ):
            figure.fold((MID + side * x, y), (MID + side * to_x, to_y), width=side * width, depth=depth, bend=side * 6)
        if cut.hem > 1000:
            for y, width in ((905, 24), (948, 26), (1000, 20), (1215, 18), (1250, 20), (1278, 14)):
                lean = 26 if y % 2 else -18
                figure.fold(
                    (MID + side * (cut.inner - 26), y),
                    (MID + side * (cut.inner + 62), y + lean),
                    width=side * width,
                    depth=0.17,
                )
                figure.fold(
                    (MID + side * (cut.outer - 6), y + 12),
                    (MID + side * (cut.outer - 72), y + 24 - lean),
                    width=-side * width * 0.9,
                    depth=0.13,
                )


def _waistband(figure: Figure, material: Cloth, cut: Cut, *, back: bool, texture: str, cord: bool) -> None:
    dip = 0 if back else 16
    half = (
        f"M{MID} {TOP + dip} "
        f"C{MID + 70} {TOP + dip} {MID + 130} {TOP + dip * 0.4} {MID + cut.waist} {TOP - 6} "
        f"L{MID + cut.waist + 8} {TOP + 48} "
        f"C{MID + 130} {TOP + 54 + dip * 0.4} {MID + 70} {TOP + 54 + dip} {MID} {TOP + 54 + dip}"
    )
    figure.piece(whole(half), material, texture="rib" if cord else texture, rim=0.5)
    if cord:
        figure.line(f"M{MID - 26} {TOP + 36} L{MID - 26} {TOP + 36.1}", "#17130f", width=11)
        figure.line(f"M{MID + 26} {TOP + 36} L{MID + 26} {TOP + 36.1}", "#17130f", width=11)
        if not back:
            string = Cloth("#e4dac7")
            figure.cord(
                f"M{MID - 26} {TOP + 38} C{MID - 30} {TOP + 80} {MID - 16} {TOP + 110} {MID - 24} {TOP + 166}",
                string,
                width=8,
            )
            figure.cord(
                f"M{MID + 26} {TOP + 38} C{MID + 34} {TOP + 70} {MID + 16} {TOP + 100} {MID + 30} {TOP + 150}",
                string,
                width=8,
            )
        return
    for lift in (8, 46):
        figure.stitch(
            both(
                f"M{MID} {TOP + dip + lift} "
                f"C{MID + 70} {TOP + dip + lift} {MID + 130} {TOP + dip * 0.4 + lift} {MID + cut.waist + 4} {TOP - 6 + lift}"
            ),
            material,
        )
    for x in (-138, -66, 66, 138) if not back else (-138, -70, 0, 70, 138):
        loop = box(MID + x - 7, TOP - 2 + dip * (0.9 if abs(x) < 90 else 0.4), 14, 66, 2)
        figure.line(moved(loop, 2, 3), "#0e0905", width=4, opacity=0.25)
        figure.fill(loop, material.base)
        figure.line(loop, material.line, width=2)
    if not back:
        draw_button(figure, MID + 10, TOP + dip + 27, radius=12, colour="#8b7a63")


def _front(figure: Figure, material: Cloth, cut: Cut, *, fly: bool) -> None:
    if fly:
        d = (
            f"M{MID + 48} {TOP + 68} L{MID + 46} {TOP + 210} "
            f"C{MID + 44} {TOP + 250} {MID + 26} {TOP + 268} {MID + 4} {TOP + 274}"
        )
        figure.stitch(d, material)
        figure.stitch(moved(d, -9, -4), material)
    for flip in (False, True):
        mouth = (
            f"M{MID + cut.waist - 62} {TOP + 54} "
            f"C{MID + cut.waist - 50} {TOP + 120} {MID + cut.waist + 4} {TOP + 184} {MID + cut.hip - 4} {TOP + 200}"
        )
        mouth = mirrored(mouth) if flip else mouth
        figure.line(moved(mouth, 2, 5), "#0e0905", width=6, opacity=0.2)
        figure.line(mouth, material.line, width=3)
        figure.stitch(moved(mouth, 9 if flip else -9, 6), material)


def _seat(figure: Figure, material: Cloth, cut: Cut) -> None:
    for side in (1, -1):
        yoke = f"M{MID} {TOP + 118} L{MID + side * (cut.waist + 26)} {TOP + 92}"
        figure.seam(yoke, material)
        figure.stitch(moved(yoke, 0, 8), material)
        figure.fold(
            (MID + side * 10, cut.crotch - 30), (MID + side * 150, cut.crotch - 120), width=side * 26, depth=0.16
        )
    for x in (MID + 44, MID - 44 - 118):
        patch_pocket(figure, material, x, TOP + 156, 118, 128, point=14)


def _knee_darts(figure: Figure, material: Cloth, cut: Cut) -> None:
    for flip in (False, True):
        for y, bend in ((860, -18), (1010, 20)):
            d = f"M{MID + 66} {y} C{MID + 110} {y + bend} {MID + 170} {y + bend} {MID + 214} {y}"
            d = mirrored(d) if flip else d
            figure.seam(d, material)
            figure.stitch(moved(d, 0, 8 if bend > 0 else -8), material)


def _double_knee(figure: Figure, material: Cloth, cut: Cut) -> None:
    patch = f"M{MID + 46} 740 L{MID + 216} 726 L{MID + 220} 1080 L{MID + 82} 1090 Z"
    for d in (patch, mirrored(patch)):
        figure.fade(d, "#0e0905", (MID, 1090), (MID, 700), opacity=0.12)
        figure.line(d, material.line, width=2.6)
    for d in (f"M{MID + 54} 748 L{MID + 208} 735", f"M{MID + 88} 1081 L{MID + 212} 1072"):
        figure.stitch(d, material)
        figure.stitch(mirrored(d), material)


def _finish_legs(figure: Figure, material: Cloth, cut: Cut, *, turn_up: bool) -> None:
    out, inner, hem = MID + cut.outer, MID + cut.inner, cut.hem
    lift = 62 if turn_up else 26
    line = (
        f"M{out + 1} {hem - 6 - lift} "
        f"C{out - 40} {hem + 6 - lift} {inner + 40} {hem + 8 - lift} {inner - 1} {hem + 4 - lift}"
    )
    for d in (line, mirrored(line)):
        if turn_up:
            figure.seam(d, material, width=3)
            figure.line(moved(d, 0, 6), "#0e0905", width=8, opacity=0.14)
        else:
            figure.stitch(d, material)
    for flip in (False, True):
        side = (
            f"M{MID + cut.waist + 8} {TOP + 96} "
            f"C{MID + cut.hip - 8} {TOP + 230} {MID + cut.hip - 6} {cut.crotch - 30} {MID + cut.hip - 6} {cut.crotch + 20}"
        )
        figure.stitch(mirrored(side) if flip else side, material, opacity=0.35)
