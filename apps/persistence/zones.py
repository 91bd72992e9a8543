"""Zones: sets of countries, or of regions of one country, that tax and shipping are decided by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from apps.kernel.countries import COUNTRIES, normalise_region
from apps.persistence.models import UUIDModel

# Holds a destination, the deciding zone first: by region, by country, rest of the world; then priority.
DECIDING_ZONE = """
    SELECT * FROM {table}
    WHERE (countries = '{{}}' OR %(country)s = ANY(countries)) AND (regions = '{{}}' OR %(region)s = ANY(regions))
    ORDER BY regions = '{{}}', countries = '{{}}', priority, id LIMIT 1
"""


def destination(*, country: str, region: str) -> dict[str, str]:
    """Return the parameters of `DECIDING_ZONE`."""
    return {"country": country, "region": normalise_region(country, region)}


class Zone(UUIDModel):
    """A set of destinations. Regions narrow a single country; no country at all is the rest of the world."""

    name = models.CharField(max_length=100, unique=True)
    countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        help_text="ISO 3166-1 alpha-2 codes, separated by commas. None: the rest of the world.",
    )
    regions = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="States or provinces of one country, each in every spelling that counts: CA, CALIFORNIA. None: all of it.",
    )
    priority = models.SmallIntegerField(
        default=0, db_default=0, help_text="Of zones that fit equally well the lowest number decides."
    )

    class Meta:
        abstract = True
        ordering = ("priority", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(regions=[]) | Q(countries__len=1), name="%(app_label)s_%(class)s_regions_of_one_country"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Bring codes to upper case and refuse what no address can match."""
        self.countries = sorted({code.strip().upper() for code in self.countries})
        if unknown := [code for code in self.countries if code not in COUNTRIES]:
            raise ValidationError(
                {"countries": f"{', '.join(unknown)}: not ISO 3166-1 alpha-2; write codes such as DE."}
            )
        if self.regions and len(self.countries) != 1:
            raise ValidationError({"regions": "Regions belong to exactly one country; name that one."})
        self.regions = sorted({normalise_region(self.countries[0], region) for region in self.regions})
