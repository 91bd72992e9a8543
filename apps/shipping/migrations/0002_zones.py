"""Zones, methods and rates to begin with; staff edit them in admin."""

from decimal import Decimal

from django.db import migrations

from apps.kernel.ids import uuid7

EU = "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
# Per method: name, kind, days; per currency: brackets of (price, up to grams, free from).
ZONES = [
    (
        "Germany",
        ["DE"],
        [
            ("Standard", "free_above", (2, 4), {
                "EUR": [("4.90", None, "80")],
                "USD": [("5.50", None, "90")],
                "GBP": [("4.20", None, "70")],
                "JPY": [("800", None, "13000")],
            }),
            ("Express", "flat", (1, 2), {
                "EUR": [("12.90", None, None)],
                "USD": [("14.50", None, None)],
                "GBP": [("11.20", None, None)],
                "JPY": [("2100", None, None)],
            }),
        ],
    ),
    (
        "European Union",
        EU,
        [
            ("Standard", "free_above", (3, 6), {
                "EUR": [("8.90", None, "150")],
                "USD": [("9.90", None, "170")],
                "GBP": [("7.70", None, "130")],
                "JPY": [("1500", None, "25000")],
            }),
            ("Express", "flat", (1, 3), {
                "EUR": [("19.90", None, None)],
                "USD": [("21.90", None, None)],
                "GBP": [("16.90", None, None)],
                "JPY": [("3200", None, None)],
            }),
        ],
    ),
    (
        "Worldwide",
        [],
        [
            ("International", "by_weight", (6, 14), {
                "EUR": [("14.90", 1000, None), ("24.90", 5000, None), ("49.90", 20000, None), ("99.00", None, None)],
                "USD": [("16.90", 1000, None), ("27.90", 5000, None), ("54.90", 20000, None), ("109.00", None, None)],
                "GBP": [("12.90", 1000, None), ("21.90", 5000, None), ("42.90", 20000, None), ("85.00", None, None)],
                "JPY": [("2400", 1000, None), ("4000", 5000, None), ("8000", 20000, None), ("16000", None, None)],
            }),
            ("International express", "flat", (3, 5), {
                "EUR": [("39.90", None, None)],
                "USD": [("43.90", None, None)],
                "GBP": [("33.90", None, None)],
                "JPY": [("6400", None, None)],
            }),
        ],
    ),
]  # fmt: skip


def create_zones(apps, schema_editor):
    alias = schema_editor.connection.alias
    zones = apps.get_model("shipping", "ShippingZone").objects.using(alias)
    methods = apps.get_model("shipping", "ShippingMethod").objects.using(alias)
    rate = apps.get_model("shipping", "ShippingRate")
    for zone_name, countries, offers in ZONES:
        if zones.filter(name=zone_name).exists():
            continue
        zone = zones.create(id=uuid7(), name=zone_name, countries=countries)
        for position, (name, kind, (min_days, max_days), prices) in enumerate(offers):
            method = methods.create(
                id=uuid7(), zone=zone, name=name, kind=kind, min_days=min_days, max_days=max_days, position=position
            )
            rate.objects.using(alias).bulk_create(
                rate(
                    id=uuid7(),
                    method=method,
                    price_amount=Decimal(price),
                    price_currency=currency,
                    max_weight_grams=grams,
                    free_from_amount=free_from and Decimal(free_from),
                )
                for currency, brackets in prices.items()
                for price, grams, free_from in brackets
            )


class Migration(migrations.Migration):
    dependencies = [("shipping", "0001_initial")]
    operations = [migrations.RunPython(create_zones, migrations.RunPython.noop)]
