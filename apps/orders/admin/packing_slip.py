"""The sheet of paper in a parcel: where it goes and what is in it, as a PDF of A4 pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from django.utils.timezone import localtime
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from apps.addressing import api as addressing
from apps.brand import api as brand
from apps.orders.admin.lettering import FONT, readable, set_fonts
from apps.orders.contracts import Order, OrderLine

_MARGIN: Final = 20
_WIDTHS: Final = (15, 45, 110)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slip:
    """Its texts, as they can be drawn."""

    sender: str
    envelope: str
    title: str
    subtitle: str
    rows: Sequence[tuple[str, str, str]]

    @property
    def text(self) -> str:
        return "".join((self.sender, self.envelope, self.title, self.subtitle, *("".join(row) for row in self.rows)))


def make_packing_slip(order: Order, *, quantities: Mapping[UUID, int]) -> bytes:
    """Return the slip for a parcel with these quantities by order line. It names no prices: a parcel may be a present."""
    packed = [(line, quantities[line.id]) for line in order.lines if quantities.get(line.id)]
    slip = _Slip(
        sender=readable(brand.get_brand().name),
        envelope=readable("\n".join(addressing.write_envelope(address=order.shipping_address))),
        title=f"Packing slip for order {order.number}",
        subtitle=readable(f"Placed on {localtime(order.placed_at):%-d %B %Y}, sent by {order.shipping_method_name}"),
        rows=[(str(quantity), readable(line.sku), readable(_article(line))) for line, quantity in packed],
    )
    pdf = FPDF(format="A4")
    pdf.set_title(f"Packing slip {order.number}")
    pdf.set_lang(order.language)
    with TemporaryDirectory() as folder:
        set_fonts(pdf, text=slip.text, folder=Path(folder))
        _draw(pdf, slip)
        return bytes(pdf.output())


def _article(line: OrderLine) -> str:
    chosen = ", ".join(line.options.values())
    return f"{line.title}\n{chosen}" if chosen else line.title


def _draw(pdf: FPDF, slip: _Slip) -> None:
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_page()
    _write(pdf, slip.sender, size=11, style="B")
    pdf.ln(12)
    _write(pdf, slip.envelope, size=11)
    pdf.ln(12)
    _write(pdf, slip.title, size=16, style="B")
    _write(pdf, slip.subtitle, size=9)
    pdf.ln(6)
    pdf.set_font(FONT, "", 10)
    with pdf.table(col_widths=_WIDTHS, borders_layout="HORIZONTAL_LINES", line_height=6, text_align="LEFT") as table:
        table.row(("Items", "SKU", "Article"))
        for row in slip.rows:
            table.row(row)


def _write(pdf: FPDF, text: str, *, size: int, style: str = "") -> None:
    pdf.set_font(FONT, style, size)
    pdf.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
