"""Boots, shoes and slippers: from the side, and the pair from behind."""

from __future__ import annotations

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth, shifted
from apps.backoffice.demo.drawing.paths import bounds, box, mirrored, moved, oval, scaled, through

MID = 600.0
GROUND_LINE = 1080


def boot(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    sole: Cloth | None = None,
    chelsea: bool = False,
    lug: bool = True,
    cuff: bool = True,
) -> None:
    """A leather boot: laced with hooks, or a Chelsea with elastic sides."""
    bottom = sole or Cloth("#2e2a26")
    if view == "back":
        _heels(figure, material, bottom, height=520, texture="leather", pull=True)
        return
    figure.scale = 1.14
    figure.stand(MID, GROUND_LINE + 2, 420)
    y = GROUND_LINE
    _sole(figure, bottom, heel=True, lug=lug)
    shaft = (
        f"M{MID - 300} {y - 560} C{MID - 230} {y - 574} {MID - 110} {y - 574} {MID - 36} {y - 556} "
        f"C{MID - 40} {y - 480} {MID - 30} {y - 400} {MID + 20} {y - 330} "
        f"C{MID + 90} {y - 276} {MID + 196} {y - 236} {MID + 286} {y - 196} "
        f"C{MID + 356} {y - 164} {MID + 372} {y - 108} {MID + 356} {y - 62} L{MID - 296} {y - 62} "
        f"C{MID - 316} {y - 140} {MID - 306} {y - 220} {MID - 296} {y - 300} "
        f"C{MID - 290} {y - 400} {MID - 300} {y - 480} {MID - 300} {y - 560} Z"
    )
    if not chelsea:
        tongue = (
            f"M{MID - 110} {y - 560} C{MID - 80} {y - 600} {MID - 20} {y - 606} {MID + 6} {y - 580} "
            f"C{MID + 6} {y - 480} {MID + 30} {y - 380} {MID + 90} {y - 310} L{MID - 40} {y - 330} Z"
        )
        figure.piece(tongue, shifted(material, "#14100c", 0.15), texture="leather")
    figure.piece(shaft, material, texture="leather", across=(0, 0, 0.8, 0.5))
    figure.fade(shaft, "#fff6e6", (MID - 200, y - 560), (MID - 90, y - 540), opacity=0.10)
    toe = f"M{MID + 186} {y - 236} C{MID + 156} {y - 180} {MID + 150} {y - 120} {MID + 168} {y - 62}"
    counter = f"M{MID - 302} {y - 270} C{MID - 220} {y - 260} {MID - 170} {y - 190} {MID - 164} {y - 62}"
    if chelsea:
        _elastic_side(figure, material, y)
    else:
        for d in (toe, counter):
            figure.seam(d, material)
            figure.stitch(moved(d, -9, 0), material)
        _lacing(figure, material, y)
    if cuff and not chelsea:
        pad = (
            f"M{MID - 302} {y - 562} C{MID - 230} {y - 576} {MID - 160} {y - 576} {MID - 116} {y - 570} "
            f"C{MID - 110} {y - 540} {MID - 112} {y - 510} {MID - 118} {y - 486} "
            f"C{MID - 180} {y - 484} {MID - 240} {y - 480} {MID - 300} {y - 470} Z"
        )
        figure.piece(pad, shifted(material, "#14100c", 0.3), texture="leather", rim=0.7)
        figure.line(
            f"M{MID - 300} {y - 516} C{MID - 240} {y - 526} {MID - 180} {y - 530} {MID - 114} {y - 528}",
            material.line,
            width=2.4,
            opacity=0.7,
        )
    for a, b, width in (
        ((MID - 10, y - 330), (MID - 150, y - 300), 26),
        ((MID + 4, y - 300), (MID - 130, y - 240), 24),
        ((MID + 130, y - 270), (MID + 110, y - 150), 26),
    ):
        figure.fold(a, b, width=width, depth=0.2, bend=8)
    figure.fade(
        (
            f"M{MID + 226} {y - 206} C{MID + 296} {y - 186} {MID + 332} {y - 140} {MID + 330} {y - 106} "
            f"C{MID + 290} {y - 140} {MID + 250} {y - 150} {MID + 226} {y - 206} Z"
        ),
        "#fff6e6",
        (MID + 300, y - 196),
        (MID + 262, y - 130),
        opacity=0.22,
    )
    loop = f"M{MID - 298} {y - 556} C{MID - 340} {y - 600} {MID - 300} {y - 650} {MID - 268} {y - 566}"
    figure.line(loop, material.line, width=13, over=True)
    figure.line(loop, shifted(material, "#14100c", 0.2).base, width=8, over=True)


def _sole(figure: Figure, sole: Cloth, *, heel: bool, lug: bool) -> None:
    y = GROUND_LINE
    welt = Cloth("#b08d5e") if heel else sole
    edge = (
        f"M{MID - 312} {y - 76} C{MID - 100} {y - 66} {MID + 200} {y - 66} {MID + 364} {y - 82} "
        f"C{MID + 376} {y - 66} {MID + 372} {y - 48} {MID + 362} {y - 40} L{MID - 310} {y - 38} "
        f"C{MID - 320} {y - 50} {MID - 320} {y - 64} {MID - 312} {y - 76} Z"
    )
    breast = f"L{MID - 64} {y} L{MID - 78} {y - 26} L{MID - 132} {y - 26} L{MID - 142} {y}" if heel else ""
    tread = (
        f"M{MID - 310} {y - 42} L{MID + 364} {y - 44} "
        f"C{MID + 356} {y - 16} {MID + 320} {y - 4} {MID + 280} {y} {breast} "
        f"L{MID - 300} {y} C{MID - 312} {y - 12} {MID - 314} {y - 30} {MID - 310} {y - 42} Z"
    )
    figure.piece(tread, sole, rim=0.7)
    figure.piece(edge, welt, rim=0.5)
    figure.stitch(f"M{MID - 304} {y - 62} C{MID - 100} {y - 54} {MID + 200} {y - 54} {MID + 360} {y - 66}", welt)
    if lug:
        for k in range(16):
            x = MID - 290 + k * 39
            if abs(x - (MID - 104)) > 50:
                figure.line(f"M{x} {y - 2} L{x + 3} {y - 18}", "#0b0908", width=9, opacity=0.6)


def _elastic_side(figure: Figure, material: Cloth, y: float) -> None:
    gusset = (
        f"M{MID - 224} {y - 566} L{MID - 116} {y - 566} "
        f"C{MID - 120} {y - 470} {MID - 130} {y - 380} {MID - 166} {y - 316} "
        f"C{MID - 206} {y - 380} {MID - 220} {y - 470} {MID - 224} {y - 566} Z"
    )
    dark = shifted(material, "#14100c", 0.55)
    figure.fill(gusset, dark.base)
    for k in range(9):
        x = MID - 216 + k * 12
        figure.line(f"M{x} {y - 562} L{MID - 166 + (x - MID + 166) * 0.25} {y - 330}", dark.lit, width=2.4, opacity=0.5)
    figure.line(gusset, material.line, width=3)
    figure.seam(f"M{MID - 166} {y - 316} C{MID - 150} {y - 220} {MID - 140} {y - 140} {MID - 140} {y - 64}", material)


def _lacing(figure: Figure, material: Cloth, y: float) -> None:
    facing = (
        f"M{MID - 36} {y - 556} C{MID - 40} {y - 480} {MID - 30} {y - 400} {MID + 20} {y - 330} "
        f"C{MID + 60} {y - 300} {MID + 110} {y - 284} {MID + 160} {y - 270}"
    )
    figure.stitch(moved(facing, -56, 10), material)
    figure.stitch(moved(facing, -12, 6), material)
    spots = [(-66, -520), (-64, -466), (-56, -412), (-38, -362), (2, -318), (58, -288)]
    lace = Cloth("#c9a468")
    for k, (x, dy) in enumerate(spots):
        end = (MID + x + 74 - k * 2, y + dy - 26 + k * 3)
        figure.line(
            f"M{MID + x} {y + dy} C{MID + x + 30} {y + dy - 20} {end[0] - 20} {end[1] - 8} {end[0]} {end[1]}",
            "#4d3a20",
            width=15,
            over=True,
        )
        figure.line(
            f"M{MID + x} {y + dy} C{MID + x + 30} {y + dy - 20} {end[0] - 20} {end[1] - 8} {end[0]} {end[1]}",
            lace.base,
            width=11,
            over=True,
        )
        figure.line(
            (
                f"M{MID + x + 4} {y + dy - 5} "
                f"C{MID + x + 30} {y + dy - 22} {end[0] - 20} {end[1] - 11} {end[0] - 4} {end[1] - 3}"
            ),
            lace.line,
            width=3,
            opacity=0.4,
            dash="3 5",
            over=True,
        )
        figure.shape(oval(MID + x, y + dy, 12, 12), "#3b2f1d")
        figure.shape(oval(MID + x - 1, y + dy - 1, 9, 9), "#b99a5e")
        figure.shape(oval(MID + x, y + dy, 4.5, 4.5), "#1d1610")


def sneaker(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    sole: Cloth | None = None,
    accent: Cloth | None = None,
    texture: str = "canvas",
    trail: bool = False,
    high: bool = False,
) -> None:
    """A low shoe with laces: canvas on a flat sole, or for the trail on a deep one."""
    bottom = sole or Cloth("#efe9dc")
    trim = accent or shifted(material, "#14100c", 0.3)
    if view == "back":
        _heels(figure, material, bottom, height=390 if high else 280, texture=texture, pull=False)
        return
    figure.scale = 1.2
    figure.stand(MID, GROUND_LINE + 2, 425)
    y = GROUND_LINE
    opening = (
        f"M{MID - 300} {y - 296} C{MID - 240} {y - 330} {MID - 120} {y - 330} {MID - 60} {y - 300} "
        f"L{MID - 40} {y - 250} L{MID - 280} {y - 240} Z"
    )
    figure.piece(opening, Cloth(trim.inside), rim=0.4)
    tongue = (
        f"M{MID - 120} {y - 300} C{MID - 96} {y - 372} {MID - 40} {y - 384} {MID - 6} {y - 350} "
        f"L{MID + 120} {y - 210} L{MID + 20} {y - 200} Z"
    )
    figure.piece(tongue, shifted(material, "#fff6e6", 0.1), texture=texture)
    upper = (
        f"M{MID - 318} {y - 330} C{MID - 290} {y - 330} {MID - 276} {y - 300} {MID - 256} {y - 282} "
        f"C{MID - 200} {y - 240} {MID - 140} {y - 250} {MID - 96} {y - 308} "
        f"C{MID - 40} {y - 250} {MID + 60} {y - 196} {MID + 150} {y - 178} "
        f"C{MID + 260} {y - 166} {MID + 352} {y - 136} {MID + 366} {y - 58} L{MID - 322} {y - 56} "
        f"C{MID - 346} {y - 130} {MID - 340} {y - 220} {MID - 328} {y - 262} "
        f"C{MID - 322} {y - 290} {MID - 330} {y - 320} {MID - 318} {y - 330} Z"
    )
    figure.piece(upper, material, texture=texture, across=(0, 0, 0.7, 0.7))
    _overlays(figure, material, trim, y, trail=trail)
    _rubber(figure, bottom, trim, y, trail=trail)
    _sneaker_laces(figure, y)


def _overlays(figure: Figure, material: Cloth, trim: Cloth, y: float, *, trail: bool) -> None:
    heel = (
        f"M{MID - 326} {y - 270} C{MID - 270} {y - 240} {MID - 236} {y - 170} {MID - 230} {y - 56} "
        f"L{MID - 322} {y - 56} C{MID - 346} {y - 130} {MID - 340} {y - 220} {MID - 326} {y - 270} Z"
    )
    facing = (
        f"M{MID - 96} {y - 308} C{MID - 40} {y - 250} {MID + 60} {y - 196} {MID + 150} {y - 178} "
        f"L{MID + 112} {y - 138} C{MID + 20} {y - 156} {MID - 70} {y - 206} {MID - 132} {y - 266} Z"
    )
    toe = (
        f"M{MID + 214} {y - 170} C{MID + 180} {y - 130} {MID + 180} {y - 90} {MID + 192} {y - 56} "
        f"L{MID + 366} {y - 58} C{MID + 352} {y - 136} {MID + 290} {y - 160} {MID + 214} {y - 170} Z"
    )
    for part in (heel, facing, *((toe,) if trail else ())):
        figure.fill(part, trim.base)
        figure.weave(part, trim, "leather")
        figure.fade(part, "#fff6e6", (MID - 300, y - 300), (MID - 200, y - 100), opacity=0.14)
        figure.line(part, trim.line, width=2.6)
    figure.stitch(f"M{MID - 146} {y - 254} C{MID - 80} {y - 196} {MID + 14} {y - 146} {MID + 106} {y - 128}", material)
    figure.stitch(f"M{MID - 318} {y - 256} C{MID - 274} {y - 232} {MID - 244} {y - 166} {MID - 239} {y - 58}", trim)
    if not trail:
        cap = f"M{MID + 206} {y - 170} C{MID + 176} {y - 130} {MID + 178} {y - 90} {MID + 188} {y - 58}"
        figure.seam(cap, material)
        figure.stitch(moved(cap, -8, 0), material)
    figure.line(
        (
            f"M{MID - 130} {y - 110} L{MID - 92} {y - 170} L{MID - 68} {y - 140} L{MID - 52} {y - 158} "
            f"L{MID - 14} {y - 110}"
        ),
        material.thread,
        width=7,
        opacity=0.85,
    )
    figure.fold((MID + 120, y - 172), (MID + 96, y - 90), width=22, depth=0.2, bend=6)
    figure.fold((MID + 164, y - 170), (MID + 152, y - 90), width=18, depth=0.15, bend=6)


def _rubber(figure: Figure, sole: Cloth, trim: Cloth, y: float, *, trail: bool) -> None:
    depth = 78 if trail else 66
    d = (
        f"M{MID - 334} {y - depth - 6} "
        f"C{MID - 200} {y - depth + 8} {MID + 160} {y - depth + 10} {MID + 372} {y - depth + 2} "
        f"C{MID + 388} {y - depth + 20} {MID + 384} {y - 24} {MID + 352} {y - 6} "
        f"C{MID + 320} {y} {MID + 240} {y} {MID + 180} {y} L{MID - 290} {y} "
        f"C{MID - 330} {y - 2} {MID - 346} {y - 40} {MID - 334} {y - depth - 6} Z"
    )
    figure.piece(d, sole, rim=0.7, across=(0, 0, 0.1, 1))
    line = f"M{MID - 338} {y - 26} C{MID - 200} {y - 20} {MID + 200} {y - 20} {MID + 372} {y - 26}"
    if trail:
        figure.line(line, trim.base, width=16, opacity=0.9)
        for k in range(18):
            x = MID - 316 + k * 37
            figure.line(f"M{x} {y - 2} L{x + 6} {y - 17}", "#0b0908", width=12, opacity=0.75)
    else:
        figure.line(moved(line, 0, -26), trim.base, width=5, opacity=0.9)
        figure.line(line, sole.line, width=2, opacity=0.4)


def _sneaker_laces(figure: Figure, y: float) -> None:
    for k in range(5):
        x, top = MID - 84 + k * 48, y - 280 + k * 29 - k * k * 1.2
        d = f"M{x} {top} C{x + 22} {top - 28} {x + 44} {top - 42} {x + 74 - k * 3} {top - 44 + k * 6}"
        figure.line(moved(d, 2, 6), "#0e0905", width=12, opacity=0.25, over=True)
        figure.line(d, "#8f8674", width=14, over=True)
        figure.line(d, "#f0e9db", width=11, over=True)
        figure.shape(oval(x, top, 8, 8), "#3b342b")


def _heels(figure: Figure, material: Cloth, sole: Cloth, *, height: float, texture: str, pull: bool) -> None:
    figure.scale = 1.2
    y = GROUND_LINE
    for dx in (-164, 164):
        figure.stand(MID + dx, y + 2, 190)
    half_width, top = 126.0, y - height
    for dx in (-164, 164):
        x = MID + dx
        opening = oval(x, top + 6, half_width - 22, 26)
        upper = (
            f"M{x - half_width + 18} {top + 6} "
            f"C{x - half_width + 30} {top + height * 0.4} {x - half_width - 14} {y - 150} {x - half_width - 2} {y - 58} "
            f"L{x + half_width + 2} {y - 58} "
            f"C{x + half_width + 14} {y - 150} {x + half_width - 30} {top + height * 0.4} {x + half_width - 18} {top + 6} "
            f"C{x + 60} {top + 26} {x - 60} {top + 26} {x - half_width + 18} {top + 6} Z"
        )
        tread = (
            f"M{x - half_width - 8} {y - 70} C{x - 60} {y - 58} {x + 60} {y - 58} {x + half_width + 8} {y - 70} "
            f"L{x + half_width + 4} {y - 8} C{x + 90} {y} {x - 90} {y} {x - half_width - 4} {y - 8} Z"
        )
        if not pull:
            tongue = (
                f"M{x - 52} {top + 20} C{x - 54} {top - 40} {x - 40} {top - 62} {x} {top - 64} "
                f"C{x + 40} {top - 62} {x + 54} {top - 40} {x + 52} {top + 20} Z"
            )
            figure.piece(tongue, shifted(material, "#fff6e6", 0.1), texture=texture, rim=0.5)
        figure.piece(opening, Cloth(material.inside), rim=0.3)
        figure.piece(upper, material, texture=texture, across=(0, 0, 1, 0.05))
        counter = (
            f"M{x - half_width + 8} {y - 58} C{x - half_width + 6} {y - 200} {x - 50} {y - 236} {x} {y - 236} "
            f"C{x + 50} {y - 236} {x + half_width - 6} {y - 200} {x + half_width - 8} {y - 58}"
        )
        figure.fade(f"{counter} Z", "#0e0905", (x, y - 58), (x, y - 236), opacity=0.22)
        figure.seam(counter, material)
        figure.stitch(moved(counter, 0, 9), material)
        figure.seam(f"M{x} {top + 20} L{x} {y - 236}", material)
        figure.piece(tread, sole, rim=0.6, across=(0, 0, 0.05, 1))
        figure.line(
            f"M{x - half_width - 4} {y - 36} C{x - 60} {y - 26} {x + 60} {y - 26} {x + half_width + 4} {y - 36}",
            sole.line,
            width=2.4,
            opacity=0.6,
        )
        if pull:
            loop = box(x - 17, top - 40, 34, 110, 16)
            figure.line(loop, material.line, width=13, over=True)
            figure.line(loop, shifted(material, "#14100c", 0.2).base, width=9, over=True)


def slipper(figure: Figure, material: Cloth, view: str, *, lining: Cloth | None = None) -> None:
    """Felted house shoes, open at the heel: from above, and their soles."""
    inner = lining or Cloth("#d9cdb8")
    figure.scale = 1.16
    for flip in (True, False):
        x = MID + 40
        sole = (
            f"M{x + 130} 400 C{x + 240} 400 {x + 262} 540 {x + 252} 680 "
            f"C{x + 246} 780 {x + 236} 860 {x + 230} 980 C{x + 222} 1090 {x + 180} 1120 {x + 130} 1120 "
            f"C{x + 76} 1120 {x + 40} 1084 {x + 38} 980 C{x + 36} 860 {x + 20} 780 {x + 10} 680 "
            f"C{x - 2} 530 {x + 36} 400 {x + 130} 400 Z"
        )
        vamp = (
            f"M{x + 130} 396 C{x + 244} 396 {x + 268} 540 {x + 258} 680 "
            f"C{x + 254} 740 {x + 250} 770 {x + 246} 800 C{x + 200} 700 {x + 70} 700 {x + 22} 800 "
            f"C{x + 16} 770 {x + 8} 740 {x + 4} 680 C{x - 8} 530 {x + 32} 396 {x + 130} 396 Z"
        )
        mouth = through([(x + 246, 800), (x + 190, 735), (x + 132, 722), (x + 76, 736), (x + 22, 800)])
        if view == "back":
            _suede_sole(figure, mirrored(sole) if flip else sole, material)
            continue
        for d, cloth, texture in ((sole, inner, "pile"), (vamp, material, "pile")):
            outline = mirrored(d) if flip else d
            figure.piece(outline, cloth, texture=texture)
        rim = mirrored(mouth) if flip else mouth
        figure.line(rim, material.line, width=20)
        figure.line(rim, shifted(material, "#14100c", 0.2).base, width=15)
        figure.line(moved(rim, 0, 16), "#0e0905", width=24, opacity=0.16)


def _suede_sole(figure: Figure, outline: str, felt: Cloth) -> None:
    left, top, right, bottom = bounds(outline)
    centre = ((left + right) / 2, (top + bottom) / 2)
    figure.piece(outline, felt, texture="pile")
    suede = Cloth("#8d6f52")
    inner = scaled(outline, 0.9, centre)
    figure.fill(inner, suede.base)
    figure.weave(inner, suede, "leather")
    figure.line(inner, suede.line, width=3)
    figure.stitch(scaled(outline, 0.86, centre), suede)
    x, y = centre
    figure.line(
        f"M{x - 40} {y + 24} L{x - 12} {y - 22} L{x + 4} {y} L{x + 16} {y - 14} L{x + 40} {y + 24}",
        suede.line,
        width=7,
        opacity=0.6,
    )
