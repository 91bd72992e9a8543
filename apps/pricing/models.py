"""Tables of pricing: where which tax is due, and whether listed prices hold it already."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.persistence.fields import TaxClassField
from apps.persistence.models import UUIDModel
from apps.persistence.zones import Zone

STANDARD, EXEMPT = "standard", "exempt"


class TaxZone(Zone):
    """Destinations with the same taxes."""

    tax_name = models.CharField(max_length=50, default="VAT", help_text="What shoppers call the tax: VAT, Sales tax.")
    prices_include_tax = models.BooleanField(
        default=True,
        help_text="Listed prices hold this zone's tax. Otherwise it comes on top of them. The listed price itself never changes.",
    )


class TaxRate(UUIDModel):
    """What one tax class pays in a zone. A class without a rate pays the zone's `standard` rate, `exempt` nothing."""

    zone = models.ForeignKey(TaxZone, on_delete=models.CASCADE, related_name="rates")
    tax_class = TaxClassField()
    name = models.CharField(max_length=100, blank=True)
    percent = models.DecimalField(max_digits=7, decimal_places=4, help_text="19 means 19 %.")

    class Meta:
        ordering = ["tax_class"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "tax_class"], name="pricing_one_rate_per_class"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="pricing_rate_percent_of_100"),
        ]

    def __str__(self) -> str:
        return f"{self.tax_class}: {self.percent.normalize():f} %"
