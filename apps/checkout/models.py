"""Tables of checkout: carts, and what a shopper has filled in on the way to an order."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.kernel.money import Money
from apps.persistence.fields import MoneyField
from apps.persistence.models import UUIDModel

MAX_QUANTITY = 999


class Cart(UUIDModel):
    """A cart of a customer, or of the guest whose signed token names `holder_id`; one open cart each.

    `version` rises with every change of the lines. Address and contact are mutable and go with the cart when it expires.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        PLACED = "placed"
        MERGED = "merged"

    customer_id = models.UUIDField(null=True)
    holder_id = models.UUIDField(null=True)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    version = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    email = models.CharField(max_length=254, blank=True, default="")
    shipping_address = models.JSONField(null=True)
    billing_address = models.JSONField(null=True)
    shipping_method_id = models.UUIDField(null=True)
    # What the shopper is told of the lines until they change next: `contracts.CartNote`s.
    notes = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"], name="checkout_cart_one_open_of_customer", condition=Q(status="open")
            ),
            models.UniqueConstraint(
                fields=["holder_id"], name="checkout_cart_one_open_of_guest", condition=Q(status="open")
            ),
            models.CheckConstraint(
                name="checkout_cart_has_one_owner",
                condition=Q(customer_id__isnull=True, holder_id__isnull=False)
                | Q(customer_id__isnull=False, holder_id__isnull=True),
            ),
            models.CheckConstraint(
                name="checkout_cart_status_known",
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["placed", "merged"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer_id", "closed_at"], name="checkout_cart_of_customer", condition=Q(status="placed")
            ),
            models.Index(
                fields=["holder_id", "closed_at"], name="checkout_cart_of_guest", condition=Q(status="placed")
            ),
            models.Index(fields=["expires_at"], name="checkout_cart_expiry"),
            models.Index(fields=["created_at"], include=["status"], name="checkout_cart_begun"),
        ]


class CartLine(UUIDModel):
    """A variant in a cart. `snapshot` is how it looked when it was added, for when the catalogue knows it no more."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", db_index=False)
    variant_id = models.UUIDField()
    quantity = models.IntegerField()
    price_seen: MoneyField[Money | None] = MoneyField(null=True)
    snapshot = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant_id"], name="checkout_line_once_per_variant"),
            models.CheckConstraint(
                name="checkout_line_quantity", condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY)
            ),
        ]
