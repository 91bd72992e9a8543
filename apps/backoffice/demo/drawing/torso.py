"""The block that everything worn on the upper body is cut from: body, sleeves, hems and cuffs in front and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import Cloth
from apps.backoffice.demo.drawing.paths import Point, both, joined, mirrored, reverse, whole

MID = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Half widths and heights in pixels. `sleeve` is long, short or none; `tail` is how far a shirt's hem dips in the middle."""

    neck: float = 92
    top: float = 300
    drop: float = 84
    shoulder: float = 232
    slope: float = 56
    chest: float = 226
    waist: float = 216
    hem: float = 222
    bottom: float = 1190
    tail: float = 9
    sleeve: str = "long"
    raglan: bool = False
    back: bool = False
    fullness: float = 0

    @property
    def tip(self) -> Point:
        """The point of the shoulder."""
        return MID + self.shoulder, self.top + self.slope

    @property
    def pit(self) -> Point:
        """Where sleeve and side meet."""
        return MID + self.chest, self.top + 272

    @property
    def throat(self) -> float:
        """How far down the neckline comes."""
        return self.top + (20 if self.back else self.drop)

    @property
    def centre_bottom(self) -> float:
        """Where the hem is in the middle."""
        return self.bottom + self.tail

    def neckline(self, inset: float = 0, lift: float = 0) -> str:
        """The right half of the neckline from the middle; `inset` and `lift` make the parallel one of a band."""
        half, throat = self.neck - inset, self.throat - lift
        top = self.top - inset * 0.02
        return (
            f"M{MID} {throat} "
            f"C{MID + half * 0.55} {throat} {MID + half * 0.92} {top + (throat - top) * 0.6} {MID + half} {top}"
        )

    def armhole(self) -> str:
        """The right armhole from the shoulder, or a raglan's seam from the neck."""
        x, y = self.pit
        if self.raglan:
            start = (MID + self.neck - 4, self.top + 14)
            return f"M{start[0]} {start[1]} C{start[0] + 42} {start[1] + 110} {x - 62} {y - 96} {x} {y}"
        tx, ty = self.tip
        return f"M{tx} {ty} C{tx - 26} {ty + 74} {tx - 34} {y - 66} {x} {y}"

    def side(self) -> str:
        """The right side seam."""
        x, y = self.pit
        low = self.bottom
        third = (low - y) / 3
        return f"M{x} {y} C{MID + self.waist} {y + third} {MID + self.waist} {low - third} {MID + self.hem} {low}"

    def hemline(self, raise_by: float = 0) -> str:
        """The right half of the hem, from the side to the middle."""
        low, mid = self.bottom - raise_by, self.centre_bottom - raise_by
        x = MID + self.hem - raise_by * 0.02
        if self.tail > 30:
            return f"M{x} {low} C{x - 40} {low + 6} {x - 60} {mid} {MID + self.hem * 0.45} {mid} L{MID} {mid}"
        return f"M{x} {low} C{x - 70} {low + self.tail * 0.7} {MID + 90} {mid} {MID} {mid}"

    def body(self) -> str:
        """The outline of front or back."""
        shoulder = "" if self.raglan else f"L{self.tip[0]} {self.tip[1]}"
        half = f"{self.neckline()} {shoulder}" if not self.raglan else self.neckline()
        if self.raglan:
            x, y = MID + self.neck - 4, self.top + 14
            half = f"{half} L{x} {y}"
        return whole(joined(half, self.armhole(), self.side(), self.hemline()).removesuffix("Z"))


def sleeve_outline(block: Block) -> str:
    """The right sleeve with what the body will cover."""
    sx, sy = (MID + block.shoulder, block.top + block.slope)
    px, py = block.pit
    full = block.fullness
    head = f"M{sx - 90} {sy + 90} L{sx - 70} {sy - 17} L{sx} {sy}"
    if block.raglan:
        head = f"M{MID + block.neck - 30} {block.top + 60} L{MID + block.neck} {block.top} L{sx - 40} {sy - 12}"
        head += f" C{sx - 20} {sy - 7} {sx - 6} {sy - 2} {sx} {sy + 4}"
    if block.sleeve == "short":
        return (
            f"{head} C{sx + 46} {sy + 20} {sx + 92} {sy + 130} {sx + 122} {sy + 238} "
            f"C{sx + 92} {sy + 262} {sx + 44} {sy + 284} {sx + 6} {sy + 292} "
            f"C{sx} {sy + 270} {px + 2} {py + 18} {px - 4} {py + 4} "
            f"L{px - 70} {py - 20} Z"
        )
    return (
        f"{head} C{sx + 58 + full} {sy + 22} {sx + 104 + full} {sy + 130} {sx + 132 + full} {sy + 280} "
        f"C{sx + 154 + full} {sy + 410} {sx + 176 + full * 0.5} {sy + 560} {sx + 192} {sy + 728} "
        f"C{sx + 164} {sy + 744} {sx + 132} {sy + 750} {sx + 104} {sy + 750} "
        f"C{sx + 78 - full * 0.4} {sy + 560} {sx + 36 - full * 0.3} {sy + 386} {px - 4} {py + 4} "
        f"L{px - 70} {py - 20} Z"
    )


def draw_sleeves(
    figure: Figure, block: Block, material: Cloth, *, texture: str = "", folds: bool = True, right: Cloth | None = None
) -> None:
    """Lay both sleeves down; the body comes on top."""
    if block.sleeve == "none":
        return
    outline = sleeve_outline(block)
    turn = -14 if block.sleeve == "long" else -24
    for side in (False, True):
        d = mirrored(outline) if side else outline
        cloth = material if side or right is None else right
        figure.piece(
            d,
            cloth,
            texture=texture,
            turn=-turn if side else turn,
            across=(0.05, 0.1, 0.95, -0.1) if not side else (0, 0, 0.85, 0.2),
        )
        if folds:
            _sleeve_folds(figure, block, mirror=side)


def _sleeve_folds(figure: Figure, block: Block, *, mirror: bool) -> None:
    sx, sy = MID + block.shoulder, block.top + block.slope
    px, py = block.pit

    def at(x: float, y: float) -> Point:
        return (2 * MID - x, y) if mirror else (x, y)

    creases = [((px + 4, py - 4), (sx + 74, sy + 120), 26, 0.24), ((px + 12, py + 24), (sx + 96, sy + 226), 22, 0.17)]
    if block.sleeve == "long":
        creases += [
            ((sx + 46, sy + 402), (sx + 138, sy + 366), 24, 0.24),
            ((sx + 58, sy + 444), (sx + 146, sy + 434), 26, 0.20),
            ((sx + 74, sy + 520), (sx + 146, sy + 466), 20, 0.15),
            ((sx + 98, sy + 664), (sx + 176, sy + 640), 18, 0.17),
            ((sx + 118, sy + 640), (sx + 150, sy + 500), 24, 0.13),
        ]
    for start, end, width, depth in creases:
        figure.fold(at(*start), at(*end), width=-width if mirror else width, depth=depth, bend=6 if mirror else -6)


def draw_body(figure: Figure, block: Block, material: Cloth, *, texture: str = "", folds: float = 1.0) -> None:
    """Lay the front or back on the sleeves, with the creases that arms and weight draw into it."""
    figure.piece(block.body(), material, texture=texture, across=(0, 0, 1, 0.12))
    if folds:
        _body_folds(figure, block, folds)
    for d in (block.armhole(), mirrored(block.armhole())):
        figure.seam(d, material)


def _body_folds(figure: Figure, block: Block, strength: float) -> None:
    px, py = block.pit
    low = block.bottom
    for x, y, to_x, to_y, width, depth in (
        (px - 4, py - 6, px - 124, py + 74, 26, 0.20),
        (px - 4, py + 22, px - 92, py + 176, 30, 0.16),
        (px - 22, low - 300, px - 120, low - 90, 34, 0.12),
        (px - 150, py + 250, px - 176, low - 60, 40, 0.09),
    ):
        figure.fold((x, y), (to_x, to_y), width=width, depth=depth * strength, bend=8)
    for x, y, to_x, to_y, width, depth in (
        (2 * MID - px + 4, py - 6, 2 * MID - px + 118, py + 82, -28, 0.20),
        (2 * MID - px + 6, py + 26, 2 * MID - px + 84, py + 190, -30, 0.16),
        (2 * MID - px + 26, low - 280, 2 * MID - px + 104, low - 70, -34, 0.11),
        (2 * MID - px + 190, py + 330, 2 * MID - px + 168, low - 40, -36, 0.08),
    ):
        figure.fold((x, y), (to_x, to_y), width=width, depth=depth * strength, bend=-8)


def finish_hem(figure: Figure, block: Block, material: Cloth, *, height: float = 26, double: bool = True) -> None:
    """Turn the hem up and stitch it, once or with the twin needle."""
    for lift in (height, height + 7) if double else (height,):
        figure.stitch(both(reverse(block.hemline(lift))), material)
    figure.fade(
        whole(
            joined(
                f"M{MID} {block.centre_bottom - height} L{MID + block.hem} {block.bottom - height}", block.hemline()
            ).removesuffix("Z")
        ),
        "#0e0905",
        (MID, block.bottom + 4),
        (MID, block.bottom - height),
        opacity=0.16,
    )


def finish_sleeves(figure: Figure, block: Block, material: Cloth) -> None:
    """Stitch the sleeves' ends."""
    sx, sy = MID + block.shoulder, block.top + block.slope
    lines: tuple[str, ...] = ()
    if block.sleeve == "short":
        lines = tuple(
            (
                f"M{sx + 114 - k} {sy + 214 - k} "
                f"C{sx + 84} {sy + 240 - k} {sx + 40} {sy + 260 - k} {sx - 2} {sy + 268 - k}"
            )
            for k in (0, 8)
        )
    elif block.sleeve == "long":
        lines = tuple(
            (
                f"M{sx + 189} {sy + 702 - k} "
                f"C{sx + 162} {sy + 716 - k} {sx + 130} {sy + 724 - k} {sx + 101} {sy + 724 - k}"
            )
            for k in (0, 8)
        )
    for d in lines:
        figure.stitch(d, material)
        figure.stitch(mirrored(d), material)


def rib_hem(figure: Figure, block: Block, material: Cloth, *, height: float = 64) -> None:
    """Gather the body into a ribbed band."""
    inner = replace(block, hem=block.hem - 1)
    low, mid = block.bottom, block.centre_bottom
    top_y = low - height
    half = (
        f"M{MID} {mid - height} "
        f"C{MID + 90} {mid - height} {MID + block.hem - 70} {top_y + 6} {MID + block.hem + 3} {top_y} "
        f"C{MID + block.hem + 4} {low - height * 0.5} {MID + inner.hem + 4} {low - 10} {MID + inner.hem} {low + 6} "
        f"C{MID + block.hem - 80} {low + 14} {MID + 90} {mid + 10} {MID} {mid + 10}"
    )
    figure.piece(whole(half), material, texture="rib", rim=0.6)
    for k in (-180, -120, -50, 30, 90, 150, 200):
        figure.fold((MID + k, top_y - 2), (MID + k * 1.02 - 8, top_y - 64), width=13, depth=0.18)


def rib_cuffs(figure: Figure, block: Block, material: Cloth, *, height: float = 74) -> None:
    """Gather the sleeves into ribbed cuffs."""
    sx, sy = MID + block.shoulder, block.top + block.slope
    lean = height * 0.16
    d = (
        f"M{sx + 190} {sy + 722} L{sx + 182 + lean} {sy + 722 + height} "
        f"C{sx + 160} {sy + 736 + height} {sx + 140} {sy + 740 + height} "
        f"{sx + 116 + lean} {sy + 740 + height} L{sx + 105} {sy + 744} "
        f"C{sx + 134} {sy + 746} {sx + 166} {sy + 738} {sx + 190} {sy + 722} Z"
    )
    figure.piece(mirrored(d), material, texture="rib", turn=8, rim=0.5)
    figure.piece(d, material, texture="rib", turn=-8, rim=0.5)


def tab_cuffs(figure: Figure, block: Block, material: Cloth, *, buttoned: bool = False) -> None:
    """Close the sleeves with a band: a hook-and-loop tab, or a button."""
    sx, sy = MID + block.shoulder, block.top + block.slope
    band = f"M{sx + 185} {sy + 664} C{sx + 158} {sy + 680} {sx + 126} {sy + 686} {sx + 96} {sy + 684}"
    tab = (
        f"M{sx + 186} {sy + 672} L{sx + 192} {sy + 716} "
        f"C{sx + 178} {sy + 726} {sx + 164} {sy + 731} {sx + 146} {sy + 733} "
        f"C{sx + 138} {sy + 733} {sx + 134} {sy + 692} {sx + 142} {sy + 690} "
        f"C{sx + 160} {sy + 688} {sx + 174} {sy + 682} {sx + 186} {sy + 672} Z"
    )
    for flip in (False, True):
        d, t = (mirrored(band), mirrored(tab)) if flip else (band, tab)
        figure.seam(d, material)
        x = (2 * MID - (sx + 158)) if flip else sx + 158
        if buttoned:
            draw_button(figure, x, sy + 706, radius=8)
        else:
            figure.fill(t, material.dim, opacity=0.55)
            figure.line(t, material.line, width=2, opacity=0.75)


def draw_button(
    figure: Figure, x: float, y: float, *, radius: float = 10, colour: str = "#cdbb9c", inside: bool = True
) -> None:
    """Sew a four-hole button on."""
    circle = _circle(x, y, radius)
    figure.fill(_circle(x + 1.5, y + 2.5, radius + 1.5), "#0e0905", opacity=0.35)
    figure.fill(circle, colour)
    figure.line(circle, "#3b2c1c", width=1.4, opacity=0.75)
    figure.line(_circle(x, y, radius * 0.68), "#3b2c1c", width=1, opacity=0.35)
    for dx in (-1, 1):
        for dy in (-1, 1):
            figure.fill(_circle(x + dx * radius * 0.23, y + dy * radius * 0.23, radius * 0.12), "#2a1d10")


def draw_snap(figure: Figure, x: float, y: float, material: Cloth, *, radius: float = 9) -> None:
    """Set a press stud."""
    figure.fill(_circle(x + 1.5, y + 2.5, radius + 1), "#0e0905", opacity=0.35)
    figure.fill(_circle(x, y, radius), material.dim)
    figure.line(_circle(x, y, radius), material.line, width=1.8)
    figure.line(_circle(x, y, radius * 0.5), material.line, width=1.2, opacity=0.6)
    figure.fill(_circle(x - radius * 0.3, y - radius * 0.35, radius * 0.22), "#fff6e6", opacity=0.5)


def _circle(x: float, y: float, r: float) -> str:
    k = r * 0.5523
    return (
        f"M{x - r} {y} C{x - r} {y - k} {x - k} {y - r} {x} {y - r} "
        f"C{x + k} {y - r} {x + r} {y - k} {x + r} {y} "
        f"C{x + r} {y + k} {x + k} {y + r} {x} {y + r} C{x - k} {y + r} {x - r} {y + k} {x - r} {y} Z"
    )
