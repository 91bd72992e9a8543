"""Tables of shipping: where the shop delivers, how, and for how much in each currency."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from apps.kernel.money import CURRENCY_DECIMALS, Money
from apps.persistence.fields import MoneyField
from apps.persistence.models import UUIDModel
from apps.persistence.zones import Zone

LONGEST_NAME = 100


class ShippingZone(Zone):
    """Destinations with the same shipping methods."""


class ShippingMethod(UUIDModel):
    """A way to deliver to a zone. A method without a rate in the cart's currency is not offered."""

    class Kind(models.TextChoices):
        FLAT = "flat", "One price"
        BY_WEIGHT = "by_weight", "By weight"
        FREE_ABOVE = "free_above", "Free above a threshold"

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="methods")
    name = models.CharField(max_length=LONGEST_NAME, help_text="In the shop's own language.")
    names = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="In other languages, by code; without what is blank."
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FLAT)
    min_days = models.PositiveSmallIntegerField(help_text="Working days until it arrives, at least.")
    max_days = models.PositiveSmallIntegerField(help_text="Working days until it arrives, at most.")
    is_active = models.BooleanField(default=True, db_default=True)
    position = models.SmallIntegerField(default=0, db_default=0, help_text="Methods are offered lowest number first.")

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "name"], name="shipping_one_method_of_a_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["flat", "by_weight", "free_above"]), name="shipping_kind_known"
            ),
            models.CheckConstraint(condition=Q(min_days__lte=F("max_days")), name="shipping_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingRate(UUIDModel):
    """What a method costs in one currency.

    Flat and free-above methods have one rate per currency; a method by weight has one per currency and bracket.
    """

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    price = MoneyField()
    price_amount: Decimal  # both made by the field above
    price_currency: str
    max_weight_grams = models.PositiveIntegerField(
        null=True, blank=True, help_text="By weight: the bracket ends here, in grams. Empty: no upper end."
    )
    free_from_amount = models.DecimalField(
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="Free above a threshold: the subtotal, in the price's currency, from which delivery is free.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "price_currency", "max_weight_grams"],
                name="shipping_one_rate_per_bracket",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(price_amount__gte=0), name="shipping_price_not_negative"),
            models.CheckConstraint(
                condition=Q(free_from_amount__isnull=True) | Q(free_from_amount__gte=0),
                name="shipping_free_from_not_negative",
            ),
        ]

    def clean(self) -> None:
        """Refuse an unknown currency and more decimals than it has: the price would never be offered, or not as written."""
        self.price_currency = self.price_currency.upper()
        if self.price_currency not in CURRENCY_DECIMALS:
            raise ValidationError({"price_currency": "Not an ISO 4217 code; write one such as EUR."})
        for name in ("price_amount", "free_from_amount"):
            amount = getattr(self, name)
            if amount is not None and Money(amount, self.price_currency).amount != amount:
                decimals = CURRENCY_DECIMALS[self.price_currency]
                raise ValidationError({name: f"{self.price_currency} has {decimals} decimals; {amount} has more."})

    def fault_for(self, kind: str) -> str:
        """Return what makes this rate useless to a method of `kind`, or nothing."""
        if kind != ShippingMethod.Kind.BY_WEIGHT and self.max_weight_grams is not None:
            return "Only a method by weight has brackets; leave the weight empty."
        if kind == ShippingMethod.Kind.FREE_ABOVE and self.free_from_amount is None:
            return "A method that is free above a threshold needs one in each currency."
        if kind != ShippingMethod.Kind.FREE_ABOVE and self.free_from_amount is not None:
            return "Only a method that is free above a threshold has one; leave it empty."
        return ""
