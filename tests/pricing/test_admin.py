"""Staff edit tax zones and rates."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.pricing import api as pricing
from apps.pricing.models import TaxRate, TaxZone

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("staff@example.com"))
    return client


def zone_form(*rates, **fields):
    data = {"name": "Switzerland", "countries": "ch", "tax_name": "VAT", "prices_include_tax": "on", "priority": 0}
    data |= {"rates-TOTAL_FORMS": len(rates), "rates-INITIAL_FORMS": 0} | fields
    for number, (tax_class, percent) in enumerate(rates):
        data |= {f"rates-{number}-tax_class": tax_class, f"rates-{number}-percent": percent}
    return data


def test_a_zone_made_in_admin_taxes_carts(staff):
    answer = staff.post(reverse("admin:pricing_taxzone_add"), zone_form(("standard", "8.1")))

    assert answer.status_code == 302
    line = pricing.PricingLine(key=uuid7(), unit_price=Money(Decimal("108.10"), "CHF"), quantity=1)
    cart = pricing.price_lines(lines=[line], shipping=None, country="CH", region="", currency="CHF")
    assert cart.tax == Money(Decimal("8.10"), "CHF")


@pytest.mark.parametrize(
    ("rates", "fields"),
    [
        ([("standard", "-1")], {}),
        ([("standard", "100.1")], {}),
        ([("standard", "19"), ("boks", "7")], {}),
        ([("standard", "19"), ("standard", "7")], {}),
        ([], {"countries": "XX"}),
        ([], {"countries": "", "regions": "CA"}),
    ],
)
def test_what_makes_no_sense_is_refused(staff, rates, fields):
    answer = staff.post(reverse("admin:pricing_taxzone_add"), zone_form(*rates, **fields))

    assert answer.status_code == 200
    assert not TaxZone.objects.filter(name="Switzerland").exists()


def test_the_list_and_a_zone_with_its_rates_open(staff):
    zone = TaxZone.objects.get(name="Germany")

    assert staff.get(reverse("admin:pricing_taxzone_changelist"), {"q": "DE"}).status_code == 200
    page = staff.get(reverse("admin:pricing_taxzone_change", args=[zone.pk])).content.decode()
    assert page.count("rates-") > TaxRate.objects.filter(zone=zone).count()
