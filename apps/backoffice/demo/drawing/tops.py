"""Tees, shirts, sweatshirts and knitwear."""

from __future__ import annotations

from dataclasses import replace

from apps.backoffice.demo.drawing import fastenings, necks
from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import both, box, joined, mirrored, oval, whole
from apps.backoffice.demo.drawing.torso import (
    MID,
    Block,
    draw_body,
    draw_button,
    draw_sleeves,
    finish_hem,
    finish_sleeves,
    rib_cuffs,
    rib_hem,
    tab_cuffs,
)


def tee(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    sleeve: str = "short",
    texture: str = "jersey",
    pocket: bool = False,
    stripes: bool = False,
    raglan: bool = False,
    cuffs: bool = False,
    henley: bool = False,
    boxy: bool = False,
) -> None:
    """A tee or long sleeve with a ribbed crew neck."""
    back = view == "back"
    block = Block(top=330, bottom=1170, drop=88, sleeve=sleeve, raglan=raglan, back=back)
    if boxy:
        block = replace(block, bottom=1120, hem=238, waist=234, chest=236)
    surface = "stripe" if stripes else texture
    necks.draw_inside(figure, block, material, band="rib")
    draw_sleeves(figure, block, material, texture=surface)
    draw_body(figure, block, material, texture=surface)
    if henley and not back:
        fastenings.button_placket(figure, material, block.throat, block.throat + 190, count=3, width=42)
        figure.stitch(f"M{MID - 15} {block.throat + 183} L{MID + 15} {block.throat + 183}", material)
        figure.line(f"M{MID - 21} {block.throat + 190} L{MID + 21} {block.throat + 190}", material.line, width=2.4)
    necks.crew_neck(figure, block, material)
    finish_hem(figure, block, material)
    if cuffs and sleeve == "long":
        rib_cuffs(figure, block, material, height=56)
    else:
        finish_sleeves(figure, block, material)
    if pocket and not back:
        fastenings.patch_pocket(figure, material, MID + 62, 500, 106, 118, point=12)
    if back:
        necks.draw_label(figure, MID, block.top + 44, width=30, height=16, colour=material.dim)


def sweatshirt(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    hood: bool = False,
    zipped: bool = False,
    pouch: bool = True,
    texture: str = "",
) -> None:
    """Loopback cotton: with a hood and its pouch, or wide and short with a crew neck."""
    back = view == "back"
    block = Block(
        top=400 if hood else 330,
        bottom=1210 if hood else 1090,
        drop=92,
        back=back,
        hem=214 if hood else 222,
        chest=236 if hood else 262,
        waist=236 if hood else 280,
        shoulder=240 if hood else 258,
        fullness=8 if hood else 26,
    )
    if not hood:
        necks.draw_inside(figure, block, material, band="rib")
    draw_sleeves(figure, block, material, texture=texture)
    rib_cuffs(figure, block, material)
    draw_body(figure, block, material, texture=texture, folds=1.1)
    rib_hem(figure, block, material)
    if pouch and not back:
        fastenings.kangaroo_pocket(figure, material, block.bottom - 330, block.bottom - 66, split=zipped)
    if hood:
        necks.draw_hood(figure, block, material, lining=Cloth(material.dim), cords=Cloth("#e4dac7"))
    else:
        necks.crew_neck(figure, block, material, height=30)
        _neck_insert(figure, material, block)
    if zipped and not back:
        fastenings.draw_zip(figure, material, block.throat + 8, block.bottom + 14)


def _neck_insert(figure: Figure, material: Cloth, block: Block) -> None:
    """Set the V into the neck that old gymnasts' shirts had."""
    y = block.throat + 6
    low = y + (50 if block.back else 62)
    edge = f"C{MID + 20} {low - 30} {MID + 36} {y + 6} {MID + 46} {y - 4}"
    figure.weave(whole(f"M{MID} {low} {edge} L{MID} {y}"), material, "rib")
    figure.seam(both(f"M{MID} {low} {edge}"), material)


def jumper(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    neck: str = "crew",
    gauge: str = "knit",
    raglan: bool = False,
    cables: bool = False,
    yoke: bool = False,
    contrast: Cloth | None = None,
) -> None:
    """A knitted jumper, long and close: crew or roll neck, plain, with cables, or with a patterned yoke."""
    back = view == "back"
    top = 390 if neck == "roll" else 335
    block = Block(
        top=top,
        bottom=top + 870,
        drop=84,
        back=back,
        hem=222,
        chest=226,
        waist=220,
        shoulder=228,
        raglan=raglan,
        fullness=0,
    )
    if neck != "roll":
        necks.draw_inside(figure, block, material, band="rib")
    draw_sleeves(figure, block, material, texture=gauge)
    rib_cuffs(figure, block, material, height=84)
    draw_body(figure, block, material, texture=gauge, folds=0.9)
    if cables and not back:
        for x in (MID - 118, MID, MID + 118):
            _cable(figure, material, x, block.throat + 40 if x == MID else block.top + 130, block.bottom - 74)
    if yoke:
        _patterned_yoke(figure, block, contrast or Cloth("#e8ddc8"))
    rib_hem(figure, block, material, height=76)
    if neck == "roll":
        necks.roll_neck(figure, block, material)
    else:
        necks.crew_neck(figure, block, material, height=32)


def _cable(figure: Figure, material: Cloth, x: float, top: float, bottom: float) -> None:
    for side in (-27, 27):
        figure.line(f"M{x + side} {top} L{x + side} {bottom}", "#0e0905", width=7, opacity=0.2)
    y = top
    while y + 84 <= bottom:
        under = f"M{x - 16} {y} C{x - 16} {y + 38} {x + 16} {y + 46} {x + 16} {y + 84}"
        over = f"M{x + 16} {y} C{x + 16} {y + 38} {x - 16} {y + 46} {x - 16} {y + 84}"
        for d in (under, over):
            figure.line(d, material.line, width=24, opacity=0.85)
            figure.line(d, material.base, width=19)
            figure.line(d, material.lit, width=7, opacity=0.8)
        y += 84


def _patterned_yoke(figure: Figure, block: Block, contrast: Cloth) -> None:
    for row, (radius, size) in enumerate(((150, 11), (196, 15), (246, 19))):
        for k in range(-7, 8):
            angle = k * 0.155
            x = MID + radius * 1.28 * angle * (1.05 + row * 0.04)
            y = block.top + radius - 44 - abs(k) ** 1.75 * (2.2 + row * 0.9)
            if not block.top + 44 < y:
                continue
            figure.fill(
                f"M{x} {y - size} L{x + size * 0.72} {y} L{x} {y + size} L{x - size * 0.72} {y} Z",
                contrast.base,
                opacity=0.92,
            )
            if row < 2:
                figure.fill(oval(x + radius * 0.1, y + 24, 3.4, 3.4), contrast.base, opacity=0.9)


def cardigan(
    figure: Figure, material: Cloth, view: str, *, gauge: str = "fine_knit", buttons: int = 6, pockets: bool = True
) -> None:
    """A buttoned cardigan with a V neck."""
    back = view == "back"
    block = Block(
        top=330,
        bottom=1160,
        drop=30 if back else 250,
        back=back,
        hem=212,
        chest=232,
        waist=230,
        shoulder=234,
        fullness=6,
        neck=88,
    )
    if not back:
        necks.draw_inside(figure, replace(block, drop=250), material, band="rib")
    draw_sleeves(figure, block, material, texture=gauge)
    rib_cuffs(figure, block, material, height=76)
    v_block = replace(block, drop=20) if back else block
    figure.piece(_v_body(v_block), material, texture=gauge, across=(0, 0, 1, 0.12))
    for side in (1, -1):
        figure.seam(block.armhole() if side > 0 else mirrored(block.armhole()), material)
        figure.fold((MID + side * 222, 600), (MID + side * 110, 690), width=side * 28, depth=0.18, bend=8 * side)
        figure.fold((MID + side * 220, 640), (MID + side * 150, 800), width=side * 30, depth=0.14, bend=8 * side)
    rib_hem(figure, block, material, height=76)
    if back:
        necks.crew_neck(figure, v_block, material, height=24)
        return
    if pockets:
        for x in (MID - 184, MID + 56):
            fastenings.patch_pocket(figure, material, x, 880, 128, 140, texture=gauge)
    band = (
        f"M{MID + 20} {block.bottom + 10} L{MID + 20} {block.throat + 22} "
        f"C{MID + 40} {block.throat - 60} {MID + 78} {block.top + 90} {MID + block.neck + 12} {block.top + 4} "
        f"L{MID + block.neck - 14} {block.top - 12} "
        f"C{MID + 60} {block.top + 70} {MID + 8} {block.throat - 60} {MID - 20} {block.throat + 10} "
        f"L{MID - 20} {block.bottom + 10} Z"
    )
    figure.piece(mirrored(band), material, texture="rib", rim=0.4)
    figure.piece(band, material, texture="rib", rim=0.4)
    for k in range(buttons):
        draw_button(
            figure,
            MID,
            block.throat + 34 + k * (block.bottom - block.throat - 70) / (buttons - 1),
            radius=12,
            colour="#6d5338",
        )


def _v_body(block: Block) -> str:
    if block.back:
        return block.body()
    half = (
        f"M{MID} {block.throat} "
        f"C{MID + 40} {block.throat - 90} {MID + 70} {block.top + 80} {MID + block.neck} {block.top} "
        f"L{block.tip[0]} {block.tip[1]}"
    )
    return whole(joined(half, block.armhole(), block.side(), block.hemline()).removesuffix("Z"))


def shirt(
    figure: Figure,
    material: Cloth,
    view: str,
    *,
    texture: str = "twill",
    sleeve: str = "long",
    pockets: int = 2,
    flaps: bool = False,
    snaps: bool = False,
    camp: bool = False,
    overshirt: bool = False,
    west: bool = False,
) -> None:
    """A buttoned shirt, or as an overshirt the heavier cut with large pockets."""
    back = view == "back"
    block = Block(
        top=335, bottom=1150, drop=74, neck=88, tail=12 if overshirt or camp else 58, sleeve=sleeve, back=back
    )
    if overshirt:
        block = replace(block, shoulder=242, chest=240, waist=238, hem=236, fullness=8, bottom=1140)
    if not back:
        necks.draw_inside(figure, block, material, rise=14)
    draw_sleeves(figure, block, material, texture=texture)
    if sleeve == "long":
        tab_cuffs(figure, block, material, buttoned=True)
    else:
        finish_sleeves(figure, block, material)
    draw_body(figure, block, material, texture=texture)
    finish_hem(figure, block, material, height=14 if not overshirt else 26, double=overshirt)
    fastenings.yoke(
        figure,
        material,
        block.top + (118 if back else 92),
        226 if back else 231,
        dip=6 if back else 0,
        west=west and not back,
    ) if back or west else None
    if back:
        _box_pleat(figure, material, block)
    else:
        patch = texture if texture == "check" else ""
        fastenings.button_placket(
            figure, material, block.throat + 2, block.centre_bottom - 4, count=6 if overshirt else 7, snaps=snaps
        )
        _chest_pockets(figure, material, block, count=pockets, flaps=flaps, big=overshirt, texture=patch)
    necks.shirt_collar(figure, block, material, texture=texture, camp=camp)


def _box_pleat(figure: Figure, material: Cloth, block: Block) -> None:
    top = block.top + 126
    for side in (-1, 1):
        figure.line(
            f"M{MID + side * 15} {top} L{MID + side * 20} {block.centre_bottom - 20}", "#0e0905", width=3, opacity=0.28
        )
        figure.fold((MID + side * 16, top), (MID + side * 22, top + 520), width=side * 22, depth=0.2)
    loop = box(MID - 6, top - 16, 12, 30, 2)
    figure.fill(loop, material.dim)
    figure.line(loop, material.line, width=1.8)


def _chest_pockets(
    figure: Figure, material: Cloth, block: Block, *, count: int, flaps: bool, big: bool, texture: str
) -> None:
    y = block.top + 190
    width, height = (132, 146) if big else (112, 124)
    spots = {0: (), 1: (MID + 58,), 2: (MID + 58, MID - 58 - width)}[count]
    for x in spots:
        fastenings.patch_pocket(
            figure, material, x, y, width, height, flap=flaps, point=0 if big else 14, button=flaps, texture=texture
        )
    if big:
        for x in (MID + 62, MID - 62 - 150):
            fastenings.patch_pocket(figure, material, x, block.bottom - 330, 150, 188)
