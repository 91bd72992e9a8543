"""Jackets, parkas, fleeces and vests."""

from __future__ import annotations

from dataclasses import replace

from apps.backoffice.demo.drawing import fastenings, necks
from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth, shifted
from apps.backoffice.demo.drawing.paths import both, joined, mirrored, reverse, whole
from apps.backoffice.demo.drawing.torso import (
    MID,
    Block,
    draw_body,
    draw_sleeves,
    finish_hem,
    finish_sleeves,
    rib_cuffs,
    rib_hem,
    sleeve_outline,
    tab_cuffs,
)


def shell(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    chest_pocket: bool = False,
    accent: Cloth | None = None,
    hood: bool = True,
    light: bool = False,
    two_tone: bool = False,
) -> None:
    """A rain jacket with a peaked hood, taped zip and cuffs with tabs; `light` is the windbreaker with elastic hems."""
    back = view == "back"
    block = Block(
        top=400 if hood else 340,
        bottom=1190,
        drop=92,
        hem=228,
        chest=238,
        waist=234,
        shoulder=242,
        back=back,
        fullness=10,
    )
    texture = "ripstop" if light else ""
    lining = shifted(material, "#e8e0d0", 0.2)
    pull = accent.base if accent else ""
    upper = shifted(material, "#fff4e0", 0.2) if two_tone else material
    draw_sleeves(figure, block, material, texture=texture)
    draw_body(figure, block, material, texture=texture)
    if two_tone:
        _upper(figure, block, upper, texture)
    fastenings.yoke(figure, material, block.top + 150, 226, dip=0)
    if not back:
        fastenings.welt_pockets(figure, material, 860, reach=142, length=160)
        fastenings.draw_zip(figure, material, block.throat - 6, block.centre_bottom, accent=pull)
        if chest_pocket:
            _chest_zip(figure, material, block, pull)
    finish_hem(figure, block, material, height=30, double=False)
    if light:
        _elastic(figure, block, material)
    else:
        tab_cuffs(figure, block, material)
    if hood:
        necks.draw_hood(figure, block, material, lining=lining, texture=texture, peak=not light, cords=None)
        _toggles(figure, block) if not back else None
    else:
        necks.stand_collar(figure, block, material, texture=texture)
    if not back:
        fastenings.draw_zip(figure, material, block.top + (54 if hood else -44), block.throat + 40, accent=pull)


def _upper(figure: Figure, block: Block, material: Cloth, texture: str) -> None:
    y = block.top + 150
    half = joined(
        block.neckline(),
        (
            f"M0 0 L{block.tip[0]} {block.tip[1]} "
            f"C{block.tip[0] - 20} {block.tip[1] + 50} {MID + 212} {y - 40} {MID + 211} {y}"
        ),
    ).removesuffix("Z")
    figure.piece(whole(f"{half} L{MID} {y}"), material, texture=texture, rim=0.4)


def _chest_zip(figure: Figure, material: Cloth, block: Block, pull: str) -> None:
    x, y = MID + 84, block.top + 178
    figure.line(f"M{x} {y} L{x + 6} {y + 128}", material.line, width=13)
    figure.line(f"M{x} {y} L{x + 6} {y + 128}", "#b7ada0", width=3, opacity=0.8, dash="2.2 3")
    figure.line(f"M{x} {y + 4} L{x + 1} {y + 34}", pull or "#2b2723", width=7)


def _toggles(figure: Figure, block: Block) -> None:
    for side in (-1, 1):
        x, y = MID + side * 66, block.top + 58
        figure.line(
            f"M{x} {y} C{x + side * 8} {y + 20} {x + side * 4} {y + 40} {x - side * 2} {y + 54}",
            "#2b2723",
            width=4,
            over=True,
        )
        figure.line(f"M{x + side} {y + 18} L{x + side * 1.5} {y + 30}", "#2b2723", width=12, over=True)
        figure.line(
            f"M{x + side - 2} {y + 19} L{x + side * 1.5 - 2} {y + 26}", "#8f867b", width=2.4, opacity=0.8, over=True
        )


def _elastic(figure: Figure, block: Block, material: Cloth) -> None:
    sx, sy = MID + block.shoulder, block.top + block.slope
    for k in range(7):
        x, y = sx + 112 + k * 12, sy + 740 - k * 2.2
        for flip in (False, True):
            a, b = (x, y), (x - 5, y - 34)
            if flip:
                a, b = (2 * MID - a[0], a[1]), (2 * MID - b[0], b[1])
            figure.fold(a, b, width=5 if not flip else -5, depth=0.26)
    cuff = f"M{sx + 186} {sy + 694} C{sx + 160} {sy + 708} {sx + 130} {sy + 714} {sx + 99} {sy + 714}"
    for d in (cuff, mirrored(cuff)):
        figure.stitch(d, material)


def parka(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    fur: bool = False,
    snaps: int = 5,
    padded: bool = False,
    waist_cord: bool = True,
) -> None:
    """A long coat with a hood, storm flap and bellows pockets."""
    figure.scale = 1.0
    back = view == "back"
    block = Block(top=390, bottom=1330, drop=92, hem=252, chest=244, waist=238, shoulder=244, back=back, fullness=14)
    draw_sleeves(figure, block, material, texture="twill")
    draw_body(figure, block, material, texture="twill")
    if padded:
        area = block.body()
        fastenings.quilt(
            figure, area, material, top=block.top + 190, pitch=110, bottom=block.bottom - 60, half_width=252
        )
    fastenings.yoke(figure, material, block.top + 140, 226, dip=8, west=False)
    if waist_cord:
        y = 905
        for k, draw in ((-9, figure.stitch), (0, figure.seam), (9, figure.stitch)):
            draw(f"M{MID - 238} {y + k} C{MID - 120} {y + 9 + k} {MID + 120} {y + 9 + k} {MID + 238} {y + k}", material)
        for x in (-200.0, -140.0, -70.0, 40.0, 110.0, 170.0):
            figure.fold((MID + x, y + 8), (MID + x - 6, y + 80), width=13, depth=0.17)
            figure.fold((MID + x + 14, y - 6), (MID + x + 16, y - 66), width=12, depth=0.14)
    if not back:
        fastenings.storm_flap(figure, material, block.throat - 10, block.centre_bottom, snaps=snaps)
        for x in (MID + 56, MID - 56 - 158):
            fastenings.patch_pocket(figure, material, x, 980, 158, 190, flap=True)
        fastenings.welt_pockets(figure, material, 655, reach=118, length=150, lean=10)
    else:
        figure.seam(f"M{MID} {block.top + 148} L{MID} {block.bottom - 210}", material)
        figure.line(f"M{MID} {block.bottom - 210} L{MID + 5} {block.centre_bottom}", "#0e0905", width=4, opacity=0.5)
    finish_hem(figure, block, material, height=32)
    tab_cuffs(figure, block, material, buttoned=False)
    necks.draw_hood(
        figure, block, material, lining=Cloth("#8a5a3a") if not fur else Cloth("#4a3b30"), texture="twill", fur=fur
    )
    if not back:
        figure.line(f"M{MID + 16} {block.top + 62} L{MID + 16} {block.throat + 12}", material.line, width=2.4)


def waxed(figure: Figure, material: Cloth, view: str) -> None:
    """A waxed field jacket with a corduroy collar and bellows pockets."""
    back = view == "back"
    block = Block(
        top=345, bottom=1200, drop=62, neck=90, hem=244, chest=240, waist=238, shoulder=242, back=back, fullness=12
    )
    collar = shifted(material, "#3a2413", 0.5)
    if not back:
        necks.draw_inside(figure, block, shifted(material, "#7d5a34", 0.6), rise=12)
    draw_sleeves(figure, block, material, texture="twill")
    draw_body(figure, block, material, texture="twill", folds=1.3)
    figure.fade(block.body(), "#fff0d0", (MID - 240, 420), (MID + 40, 700), opacity=0.16)
    if back:
        fastenings.yoke(figure, material, block.top + 130, 226, dip=6)
        figure.seam(f"M{MID} {block.top + 140} L{MID} {block.bottom - 180}", material)
    else:
        fastenings.storm_flap(figure, material, block.throat + 2, block.centre_bottom, snaps=5, width=44)
        for x in (MID + 58, MID - 58 - 160):
            fastenings.patch_pocket(figure, material, x, 890, 160, 196, flap=True)
        fastenings.welt_pockets(figure, material, 590, reach=120, length=150, lean=10, zipped=False)
    finish_hem(figure, block, material, height=30)
    tab_cuffs(figure, block, material)
    necks.shirt_collar(figure, block, collar, texture="cord")


def fleece(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    half_zip: bool = False,
    contrast: Cloth | None = None,
    yoke: bool = True,
    pocket: bool = True,
    texture: str = "pile",
) -> None:
    """A deep-pile fleece with a stand-up collar, zipped whole or half, with a canvas yoke and chest pocket."""
    back = view == "back"
    trim = contrast or shifted(material, "#2a2620", 0.45)
    block = Block(
        top=350,
        bottom=1190,
        drop=84,
        hem=222,
        chest=234,
        waist=220,
        shoulder=236,
        raglan=not yoke,
        back=back,
        fullness=6,
    )
    draw_sleeves(figure, block, material, texture=texture)
    _bound_cuffs(figure, block, trim)
    draw_body(figure, block, material, texture=texture)
    if yoke:
        _canvas_yoke(figure, block, trim)
    band = (
        f"M{MID} {block.centre_bottom - 20} "
        f"C{MID + 90} {block.centre_bottom - 20} {MID + block.hem - 70} {block.bottom - 15} {MID + block.hem} {block.bottom - 20}"
    )
    figure.piece(
        whole(
            joined(
                band,
                reverse(
                    f"M{MID} {block.centre_bottom} "
                    f"C{MID + 90} {block.centre_bottom} {MID + block.hem - 70} {block.bottom + 5} {MID + block.hem} {block.bottom}"
                ),
            ).removesuffix("Z")
        ),
        trim,
        rim=0.3,
    )
    if not back:
        end = block.top + 400 if half_zip else block.centre_bottom
        fastenings.draw_zip(figure, trim, block.throat - 4, end, half=half_zip)
        if pocket:
            fastenings.patch_pocket(figure, trim, MID + 62, block.top + 190, 124, 138, flap=True, texture="canvas")
        if not half_zip:
            fastenings.welt_pockets(figure, trim, 840, reach=146, length=150)
    necks.stand_collar(figure, block, material, texture=texture, height=88)
    if not back:
        fastenings.draw_zip(figure, trim, block.top - 52, block.throat + 20)


def _canvas_yoke(figure: Figure, block: Block, trim: Cloth) -> None:
    y = block.top + 150
    half = joined(
        block.neckline(),
        (
            f"M0 0 L{block.tip[0]} {block.tip[1]} "
            f"C{block.tip[0] - 20} {block.tip[1] + 50} {MID + 208} {y - 40} {MID + 209} {y}"
        ),
    ).removesuffix("Z")
    figure.piece(whole(f"{half} L{MID} {y}"), trim, texture="canvas", rim=0.4)
    figure.stitch(f"M{MID - 205} {y - 9} L{MID + 205} {y - 9}", trim)


def _bound_cuffs(figure: Figure, block: Block, trim: Cloth) -> None:
    sx, sy = MID + block.shoulder, block.top + block.slope
    d = (
        f"M{sx + 187} {sy + 704} L{sx + 192} {sy + 728} "
        f"C{sx + 164} {sy + 744} {sx + 132} {sy + 750} {sx + 104} {sy + 750} L{sx + 100} {sy + 727} "
        f"C{sx + 130} {sy + 727} {sx + 162} {sy + 720} {sx + 187} {sy + 704} Z"
    )
    figure.piece(mirrored(d), trim, rim=0.3)
    figure.piece(d, trim, rim=0.3)


class PaddedBlock(Block):
    """A block whose sides swell between the seams of its baffles, `baffles` of them below the sleeve."""

    baffles = 7

    def side(self) -> str:
        x, y = self.pit
        height = (self.bottom - y) / self.baffles
        lean = (MID + self.hem - x) / self.baffles
        swells = (
            f"C{x + k * lean + 30} {y + k * height + 8} {x + (k + 1) * lean + 30} {y + (k + 1) * height - 8} "
            f"{x + (k + 1) * lean} {y + (k + 1) * height}"
            for k in range(self.baffles)
        )
        return " ".join((f"M{x} {y}", *swells))


def puffer(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    sleeves: bool = True,
    hood: bool = False,
    pitch: float = 76,
    contrast: Cloth | None = None,
) -> None:
    """A down jacket or vest in horizontal baffles."""
    back = view == "back"
    block = PaddedBlock(
        top=400 if hood else 350,
        bottom=1110,
        drop=84,
        hem=240 if sleeves else 226,
        chest=246 if sleeves else 216,
        waist=246 if sleeves else 222,
        shoulder=252 if sleeves else 196,
        back=back,
        fullness=44,
        sleeve="long" if sleeves else "none",
    )
    if sleeves:
        draw_sleeves(figure, block, material, folds=False)
        for flip in (False, True):
            _quilt_sleeve(figure, block, material, flip=flip, pitch=pitch)
    draw_body(figure, block, material, folds=0)
    fastenings.quilt(
        figure, block.body(), material, top=block.top + 84, pitch=pitch, bottom=block.bottom - 30, half_width=246
    )
    if not sleeves:
        for d in (block.armhole(), mirrored(block.armhole())):
            figure.line(d, (contrast or material).dim, width=22)
            figure.line(d, material.line, width=22, opacity=0.25)
            figure.stitch(d, material)
    figure.line(both(reverse(block.hemline(8))), (contrast or material).dim, width=18)
    if not back:
        fastenings.welt_pockets(figure, material, 860, reach=140, length=140)
        fastenings.draw_zip(
            figure, material, block.throat - 4, block.centre_bottom, accent=contrast.base if contrast else ""
        )
    if hood:
        necks.draw_hood(figure, block, material, lining=shifted(material, "#14100c", 0.2))
    else:
        necks.stand_collar(figure, block, material, height=92, lining=contrast)
    if not back:
        fastenings.draw_zip(
            figure,
            material,
            block.top + (54 if hood else -56),
            block.throat + 30,
            accent=contrast.base if contrast else "",
        )


def _quilt_sleeve(figure: Figure, block: Block, material: Cloth, *, flip: bool, pitch: float) -> None:
    outline = sleeve_outline(block)
    sx, sy = MID + block.shoulder, block.top + block.slope
    d = mirrored(outline) if flip else outline
    lean = -0.22 if flip else 0.22
    x = 2 * MID - sx if flip else sx
    figure.bands(d, start=(x, sy + 60), end=(x + lean * pitch * 0.9, sy + 60 + pitch * 0.95))
    y = sy + 60
    while y < sy + 730:
        drift = (y - sy) * 0.16
        a, b = (sx - 50 + drift, y + 28), (sx + 170 + drift, y - 22)
        if flip:
            a, b = (2 * MID - a[0], a[1]), (2 * MID - b[0], b[1])
        figure.line(f"M{a[0]} {a[1]} L{b[0]} {b[1]}", material.line, width=2.4, opacity=0.7)
        y += pitch * 0.98


def liner(figure: Figure, material: Cloth, view: str, *, vest: bool = False) -> None:
    """A quilted liner jacket: diamonds, a bound V neck and press studs."""
    back = view == "back"
    block = Block(
        top=345,
        bottom=1120,
        drop=24 if back else 150,
        hem=230,
        chest=238 if not vest else 214,
        waist=236 if not vest else 220,
        shoulder=240 if not vest else 194,
        back=back,
        fullness=10,
        sleeve="none" if vest else "long",
        neck=96,
    )
    if not back:
        necks.draw_inside(figure, block, material)
    draw_sleeves(figure, block, material)
    for outline in () if vest else (sleeve_outline(block), mirrored(sleeve_outline(block))):
        _diamonds(figure, outline, material)
    draw_body(figure, block, material, folds=0.6)
    _diamonds(figure, block.body(), material)
    edge = material.line
    for d in (both(block.neckline()), both(reverse(block.hemline(6)))):
        figure.line(d, edge, width=20)
        figure.line(d, material.dim, width=15)
    if vest:
        for d in (block.armhole(), mirrored(block.armhole())):
            figure.line(d, edge, width=22)
            figure.line(d, material.dim, width=16)
    else:
        finish_sleeves(figure, block, material)
    if not back:
        fastenings.button_placket(
            figure, material, block.throat + 6, block.centre_bottom - 8, count=5, width=34, snaps=True
        )
        for x in (MID + 58, MID - 58 - 140):
            fastenings.patch_pocket(figure, material, x, 850, 140, 160)


def _diamonds(figure: Figure, area: str, material: Cloth) -> None:
    figure.weave(area, material, "diamond")


def bomber(figure: Figure, material: Cloth, view: str, *, texture: str = "twill") -> None:
    """A short jacket gathered into ribs at neck, cuffs and hem."""
    back = view == "back"
    block = Block(top=345, bottom=1080, drop=70, hem=214, chest=242, waist=244, shoulder=244, back=back, fullness=18)
    ribs = shifted(material, "#14100c", 0.22)
    if not back:
        necks.draw_inside(figure, block, material, band="rib")
    draw_sleeves(figure, replace(block), material, texture=texture)
    rib_cuffs(figure, block, ribs)
    draw_body(figure, block, material, texture=texture, folds=1.2)
    rib_hem(figure, block, ribs, height=70)
    if not back:
        fastenings.welt_pockets(figure, material, 790, reach=138, length=150, zipped=False)
        fastenings.draw_zip(figure, material, block.throat - 4, block.centre_bottom + 8)
    necks.crew_neck(figure, block, ribs, height=40)
