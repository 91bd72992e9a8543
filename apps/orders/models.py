"""Tables of orders. An order's row is the fold of its events and is written by `services.recording` alone."""

from __future__ import annotations

from functools import reduce

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now, Upper
from django.db.models.lookups import LessThanOrEqual

from apps.kernel.money import Money
from apps.messaging.work import WorkItem
from apps.orders.contracts import FulfilmentStatus, LabelKind, OrderPaymentStatus, OrderStatus
from apps.persistence.fields import MoneyField
from apps.persistence.models import UUIDModel

REFERENCE_LENGTH = 200
MOST_LABEL_BYTES = 1_000_000
# Those that wait for the buyer's money or for the warehouse: few, however many orders there are.
WAITING_STATUSES = (OrderStatus.AWAITING_PAYMENT.value, OrderStatus.PROCESSING.value)
# Address and names of the buyer in one text (migration 0010), a blank before each word.
BUYER_WORDS = Func(
    F("email"),
    F("shipping_address"),
    F("billing_address"),
    function="orders_buyer_words",
    output_field=models.TextField(),
)
_MONEY = ("subtotal", "discount", "shipping", "tax", "total", "paid", "refunded")


def _all(*conditions: Q) -> Q:
    return reduce(lambda one, other: one & other, conditions)


class Order(UUIDModel):
    """An order as it stands. Who changes it holds this row's lock; `version` is also that of its last event."""

    number = models.CharField(max_length=20, unique=True)
    version = models.BigIntegerField()
    status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in OrderStatus])
    payment_status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in OrderPaymentStatus])
    fulfilment_status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in FulfilmentStatus])
    cart_id = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    subtotal: MoneyField[Money] = MoneyField()
    discount: MoneyField[Money] = MoneyField()
    shipping: MoneyField[Money] = MoneyField()
    tax: MoneyField[Money] = MoneyField()
    total: MoneyField[Money] = MoneyField()
    paid: MoneyField[Money] = MoneyField()
    refunded: MoneyField[Money] = MoneyField()
    prices_include_tax = models.BooleanField()
    shipping_method_id = models.UUIDField()
    shipping_method_name = models.CharField(max_length=200)
    reservation = models.CharField(max_length=REFERENCE_LENGTH)
    payment_id = models.UUIDField(null=True)
    payment_deadline = models.DateTimeField()
    placed_at = models.DateTimeField()
    item_count = models.IntegerField()
    shipped_count = models.IntegerField()

    class Meta:
        permissions = [
            ("ship_order", "Can ship orders and mark them delivered"),
            ("cancel_order", "Can cancel orders"),
            ("refund_order", "Can refund orders"),
            ("view_sales", "Can see sales figures"),
            ("view_money", "Can see what orders cost"),
        ]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["cart_id"], name="orders_order_once_per_cart"),
            models.CheckConstraint(
                name="orders_order_amounts", condition=_all(*(Q(**{f"{name}_amount__gte": 0}) for name in _MONEY))
            ),
            models.CheckConstraint(
                name="orders_order_one_currency",
                condition=_all(*(Q(**{f"{name}_currency": F("total_currency")}) for name in _MONEY if name != "total")),
            ),
            models.CheckConstraint(
                name="orders_order_refunded_of_paid", condition=Q(refunded_amount__lte=F("paid_amount"))
            ),
            models.CheckConstraint(
                name="orders_order_paid_by_payment", condition=Q(paid_amount=0) | Q(payment_id__isnull=False)
            ),
            models.CheckConstraint(
                name="orders_order_shipped_of_items",
                condition=Q(shipped_count__gte=0, shipped_count__lte=F("item_count")),
            ),
            models.CheckConstraint(
                name="orders_order_cancelled_unshipped",
                condition=~Q(status=OrderStatus.CANCELLED.value) | Q(shipped_count=0),
            ),
            models.CheckConstraint(
                name="orders_order_status_known", condition=Q(status__in=[s.value for s in OrderStatus])
            ),
        ]
        indexes = [
            models.Index(
                "customer_id",
                F("placed_at").desc(),
                F("id").desc(),
                name="orders_order_of_customer",
                condition=Q(customer_id__isnull=False),
            ),
            models.Index(F("placed_at").desc(), F("id").desc(), name="orders_order_newest"),
            models.Index(
                "status",
                F("placed_at").desc(),
                F("id").desc(),
                name="orders_order_waiting",
                condition=Q(status__in=WAITING_STATUSES),
            ),
        ]


class OrderLine(UUIDModel):
    """What was bought, as it was when it was bought; never changes."""

    # The constraint below has an index that begins with it.
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.IntegerField()
    variant_id = models.UUIDField(db_index=True)
    product_id = models.UUIDField()
    sku = models.CharField(max_length=100)
    title = models.CharField(max_length=600)
    options = models.JSONField(default=list)  # pairs: jsonb forgets the order of an object's members
    # As the buyer read them, where that was in another language than the shop's own; blank and empty where it was the same.
    sold_title = models.CharField(max_length=600, blank=True, default="", db_default="")
    sold_options = models.JSONField(default=list, db_default=[])
    quantity = models.IntegerField()
    unit_price: MoneyField[Money] = MoneyField()
    line_total: MoneyField[Money] = MoneyField()
    discount: MoneyField[Money] = MoneyField()
    tax: MoneyField[Money] = MoneyField()
    tax_rate = models.DecimalField(max_digits=9, decimal_places=6)
    requires_shipping = models.BooleanField()
    image_url = models.CharField(max_length=2000, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position"),
            models.CheckConstraint(name="orders_line_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="orders_line_amounts",
                condition=Q(
                    unit_price_amount__gte=0, line_total_amount__gte=0, discount_amount__gte=0, tax_amount__gte=0
                ),
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="orders_line_of_sku")]


class OrderContact(models.Model):
    """The only personal data of an order: who to write to, and where it goes. Mutable, so that it can be erased."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="contact")
    email = models.CharField(max_length=254, db_index=True)
    language = models.CharField(max_length=10, default="en")
    shipping_address = models.JSONField()
    billing_address = models.JSONField()

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(OpClass(Upper(BUYER_WORDS), name="gin_trgm_ops"), name="orders_contact_words")]


class OrderEvent(models.Model):
    """One fact of an order's history (`history.py`). A trigger refuses to change or delete it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", db_index=False)
    version = models.BigIntegerField()
    type = models.CharField(max_length=30)
    data = models.JSONField()
    actor = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="orders_event_version"),
            models.CheckConstraint(name="orders_event_counts_from_one", condition=Q(version__gte=1)),
        ]


class Shipment(UUIDModel):
    """A parcel. `reference` is the caller's id for it, so that a repeat ships nothing twice."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments", db_index=False)
    reference = models.CharField(max_length=REFERENCE_LENGTH)
    tracking_number = models.CharField(max_length=100, blank=True)
    carrier = models.CharField(max_length=100, blank=True)
    tracking_url = models.CharField(max_length=2000, blank=True)
    shipped_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "reference"], name="orders_shipment_reference")]
        indexes = [
            models.Index(fields=["tracking_number"], name="orders_shipment_tracking", condition=~Q(tracking_number=""))
        ]


class ShipmentLine(models.Model):
    """How many of a line are in a parcel."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shipped_in")
    quantity = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="orders_shipmentline_once"),
            models.CheckConstraint(name="orders_shipmentline_quantity", condition=Q(quantity__gte=1)),
        ]


class ShipmentLabel(models.Model):
    """What the carrier wants on a parcel, apart from the rows that are read with every order. It shows where the buyer lives."""

    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, primary_key=True, related_name="label")
    kind = models.CharField(max_length=3, choices=[(kind.value, kind.value) for kind in LabelKind])
    content = models.BinaryField()
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="orders_label_kind_known", condition=Q(kind__in=[kind.value for kind in LabelKind])
            ),
            models.CheckConstraint(
                name="orders_label_size",
                condition=LessThanOrEqual(
                    Func("content", function="octet_length", output_field=models.IntegerField()), MOST_LABEL_BYTES
                ),
            ),
        ]
        indexes = [models.Index(fields=["added_at"], name="orders_label_age")]


class OrderSaga(WorkItem):
    """The process manager's bookkeeping of one order: when it acts next. What it knows of the order is in the order."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="saga")

    class Meta:
        default_permissions = ()
        indexes = [WorkItem.due_index("orders_saga_due")]


class SagaStep(UUIDModel):
    """Something the saga has to do for an order, once, in order of `created_at`. `reference` tells steps of one kind apart."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(max_length=30)
    reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["order", "kind", "reference"], name="orders_step_once")]
