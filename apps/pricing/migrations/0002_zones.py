"""A minimal set of tax zones to begin with; staff edit them in admin.

Sources. Germany: UStG 12 (19 %, reduced 7 %). The rest of the EU starts with the same rates: below 10,000 euros a year of distance
sales the seller's own country's VAT is due (Directive 2006/112/EC, article 59c); a shop above that adds a zone per country. Japan:
Consumption Tax Act, article 29 (10 %, reduced 8 %). California: Revenue and Taxation Code 6051 and following (7.25 %, without district taxes).
"""

from decimal import Decimal

from django.db import migrations

from apps.kernel.ids import uuid7

EU = "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
# name, countries, regions, name of the tax, prices include it, percent by class
ZONES = [
    ("Germany", ["DE"], [], "VAT", True, {"standard": "19", "reduced": "7"}),
    ("European Union", EU, [], "VAT", True, {"standard": "19", "reduced": "7"}),
    ("Japan", ["JP"], [], "Consumption tax", True, {"standard": "10", "reduced": "8"}),
    ("California", ["US"], ["CA", "CALIFORNIA"], "Sales tax", False, {"standard": "7.25"}),
    ("United States", ["US"], [], "Sales tax", False, {"standard": "0"}),
    ("Rest of the world", [], [], "Tax", False, {"standard": "0"}),
]


def create_zones(apps, schema_editor):
    alias = schema_editor.connection.alias
    zones, rates = (apps.get_model("pricing", name).objects.using(alias) for name in ("TaxZone", "TaxRate"))
    for name, countries, regions, tax_name, included, percents in ZONES:
        if zones.filter(name=name).exists():
            continue
        zone = zones.create(
            id=uuid7(),
            name=name,
            countries=countries,
            regions=regions,
            tax_name=tax_name,
            prices_include_tax=included,
        )
        for tax_class, percent in percents.items():
            rates.create(id=uuid7(), zone=zone, tax_class=tax_class, percent=Decimal(percent))


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial")]
    operations = [migrations.RunPython(create_zones, migrations.RunPython.noop)]
