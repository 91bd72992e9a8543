"""The carriers' labels of parcels: small files of known kinds, kept for who ships and no longer than somebody may ask for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from apps.messaging import api as messaging
from apps.orders.contracts import LabelKind
from apps.orders.errors import LabelRefused, ShipmentNotFound
from apps.orders.models import MOST_LABEL_BYTES, Shipment, ShipmentLabel

# Long enough to print one again for a parcel that came back; a label names the buyer, so it is not kept for ever.
_KEPT: Final = timedelta(days=90)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"IEND\xaeB`\x82"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
# Commands begin with ^ or ~; drivers put a line of settings of the printer, CT~~CD, before the first label.
_ZPL_STARTS: Final = (b"^", b"~", b"CT~")


def read_kind(content: bytes) -> LabelKind:
    """Return what kind of label a file is, by its content: names lie. Raises LabelRefused."""
    if not content:
        raise LabelRefused.field("label", "empty", "The file of the label is empty.")
    if len(content) > MOST_LABEL_BYTES:
        raise LabelRefused.field(
            "label", "too_large", f"The label has {len(content):,} bytes; send at most {MOST_LABEL_BYTES:,}."
        )
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return LabelKind.PDF
    if content.startswith(_PNG) and content.endswith(_PNG_END):
        return LabelKind.PNG
    if _is_zpl(content.removeprefix(_UTF8_MARK).strip()):
        return LabelKind.ZPL
    raise LabelRefused.field("label", "unknown_kind", "The label is no complete PDF, PNG or ZPL file.")


def _is_zpl(text: bytes) -> bool:
    return text.startswith(_ZPL_STARTS) and b"\0" not in text and 0 <= text.find(b"^XA") < text.rfind(b"^XZ")


@messaging.command
def keep_label(*, order_id: UUID, shipment_id: UUID, content: bytes, actor: str) -> None:
    kind = read_kind(content)
    shipment = Shipment.objects.select_for_update(no_key=True).filter(pk=shipment_id, order_id=order_id).first()
    if shipment is None:
        raise ShipmentNotFound(f"Order {order_id} has no parcel {shipment_id}.")
    store_label(shipment, kind=kind, content=content, actor=actor)


def store_label(shipment: Shipment, *, kind: LabelKind, content: bytes, actor: str) -> None:
    """Keep a label in place of the one before; the caller holds the lock of the parcel or of its order."""
    ShipmentLabel.objects.update_or_create(
        shipment=shipment, defaults={"kind": kind.value, "content": content, "added_by": actor, "added_at": Now()}
    )


@messaging.command
def forget_old_labels() -> int:
    """Delete labels that were kept for 90 days; return how many."""
    deleted, _ = ShipmentLabel.objects.filter(added_at__lt=Now() - _KEPT).delete()
    return deleted
