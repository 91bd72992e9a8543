"""Tables of inventory. Their quantities are changed by the PL/pgSQL functions of migration 0003 alone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.inventory.contracts import MovementKind
from apps.persistence.models import UUIDModel

REFERENCE_LENGTH = 200
MAX_QUANTITY = 1_000_000_000
LEVEL_AT_MOST = "inventory_level_at_most"


class Warehouse(UUIDModel):
    """A place that holds stock. Reservations take from active warehouses, lowest `priority` first."""

    code = models.SlugField(max_length=50, unique=True, help_text="Stable short name used by imports and the API.")
    name = models.CharField(max_length=200)
    priority = models.SmallIntegerField(default=0, db_default=0, help_text="Lower numbers are taken from first.")
    is_active = models.BooleanField(
        default=True, db_default=True, help_text="Stock of an inactive warehouse is not sold; what it promised stays."
    )

    class Meta:
        ordering = ["priority", "code"]

    def __str__(self) -> str:
        return self.name


class StockItem(models.Model):
    """A variant as inventory knows it. Who holds this row's lock owns all of the variant's levels.

    `version` counts the crossings of `status` and is the version of the event that tells of them.
    """

    class Status(models.TextChoices):
        OUT = "out"
        LOW = "low"
        IN = "in"

    variant_id = models.UUIDField(primary_key=True)
    status = models.CharField(max_length=3, choices=Status, default=Status.OUT, db_default=Status.OUT)
    version = models.BigIntegerField(default=0, db_default=0)
    low_threshold = models.PositiveIntegerField(
        default=5, db_default=5, help_text="With this many available, or fewer, the variant shows as low in stock."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["out", "low", "in"]), name="inventory_item_status_known")
        ]
        indexes = [
            models.Index(
                fields=["status", "variant_id"], name="inventory_item_scarce", condition=Q(status__in=["out", "low"])
            )
        ]


class StockLevel(UUIDModel):
    """What one warehouse has of a variant. No index on the changing columns, so that updates stay heap-only."""

    variant_id = models.UUIDField()
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="levels")
    on_hand = models.IntegerField(default=0, db_default=0)
    reserved = models.IntegerField(default=0, db_default=0)

    class Meta:
        permissions = [("move_stock", "Can receive, adjust, transfer and count stock")]
        constraints = [
            models.UniqueConstraint(fields=["variant_id", "warehouse"], name="inventory_level_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")), name="inventory_level_reserved_on_hand"
            ),
            models.CheckConstraint(condition=Q(on_hand__lte=MAX_QUANTITY), name=LEVEL_AT_MOST),
        ]


class StockReservation(models.Model):
    """Stock held for one reference. Inserted and locked before anything else, so that repeats and releases meet here.

    A `released` row without lines is a tombstone: it stops a reserve that arrives after its release.
    """

    class Status(models.TextChoices):
        RESERVED = "reserved"
        ALLOCATED = "allocated"
        RELEASED = "released"
        SHIPPED = "shipped"

    reference = models.CharField(max_length=REFERENCE_LENGTH, primary_key=True)
    status = models.CharField(max_length=9, choices=Status)
    fingerprint = models.CharField(max_length=64, db_default="", help_text="SHA-256 of the quantities per variant.")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["allocated", "released", "shipped"])
                | Q(status="reserved", expires_at__isnull=False),
                name="inventory_reservation_status_known",
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="inventory_reservation_expiry", condition=Q(status="reserved"))
        ]


class ReservationLine(models.Model):
    """What one warehouse holds of a variant for a reservation, and how much of it has left."""

    pk = models.CompositePrimaryKey("reservation_id", "variant_id", "warehouse_id")
    reservation = models.ForeignKey(StockReservation, on_delete=models.CASCADE, related_name="lines", db_index=False)
    variant_id = models.UUIDField()
    # No constraint: every reserve would share-lock the one warehouse row, and the stock level vouches for it.
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    quantity = models.IntegerField()
    shipped = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, shipped__gte=0, shipped__lte=F("quantity")),
                name="inventory_line_shipped_of_quantity",
            )
        ]


class StockMovement(models.Model):
    """Append-only ledger: the sum of `quantity` per variant and warehouse is the level's `on_hand`."""

    class Kind(models.TextChoices):
        SET = "set"
        SHIPMENT = "shipment"
        ADJUST = "adjust", "Adjustment"
        RECEIVE = "receive", "Delivery"
        TRANSFER = "transfer"

    variant_id = models.UUIDField()
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    quantity = models.IntegerField(help_text="Positive where stock came, negative where it left.")
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=200, db_default="")
    reference = models.CharField(max_length=REFERENCE_LENGTH, db_default="")
    shipment_id = models.UUIDField(null=True, help_text="The parcel, or the operation of staff, that moved it.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="inventory_movement_moves"),
            models.UniqueConstraint(
                fields=["shipment_id", "variant_id", "warehouse"],
                name="inventory_movement_shipped_once",
                condition=Q(shipment_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["variant_id", "warehouse"], name="inventory_movement_of_level"),
            # What staff did is rare among what was shipped.
            models.Index(
                fields=["kind", "-id"],
                name="inventory_movement_of_kind",
                condition=~Q(kind=MovementKind.SHIPMENT.value),
            ),
        ]
