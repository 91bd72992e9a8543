"""Staff edit zones, methods and rates; what no cart could use is refused."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.kernel.money import Money
from apps.shipping import api as shipping
from apps.shipping.models import ShippingMethod, ShippingZone

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("staff@example.com"))
    return client


def method_form(zone, *rates, **fields):
    data = {"zone": zone.pk, "name": "Courier", "kind": "flat", "min_days": 1, "max_days": 2, "position": 0}
    data |= {"is_active": "on", "rates-TOTAL_FORMS": len(rates), "rates-INITIAL_FORMS": 0} | fields
    for number, rate in enumerate(rates):
        data |= {f"rates-{number}-{name}": value for name, value in rate.items()}
    return data


def zone_form(**fields):
    return {"name": "Iceland", "priority": 0, "methods-TOTAL_FORMS": 0, "methods-INITIAL_FORMS": 0} | fields


def test_a_method_made_in_admin_is_offered(staff):
    staff.post(reverse("admin:shipping_shippingzone_add"), zone_form(countries="is, fo"))
    zone = ShippingZone.objects.get(name="Iceland")
    rate = {"price_currency": "eur", "price_amount": "7.50"}

    answer = staff.post(reverse("admin:shipping_shippingmethod_add"), method_form(zone, rate))

    assert answer.status_code == 302
    offered = shipping.list_shipping_options(
        country="FO", region="", currency="EUR", subtotal=Money(10, "EUR"), weight_grams=1
    )
    assert [(option.name, str(option.price)) for option in offered] == [("Courier", "7.50 EUR")]


@pytest.mark.parametrize(
    ("kind", "rate", "hint"),
    [
        ("flat", {"price_currency": "XXX", "price_amount": "1"}, "ISO 4217"),
        ("flat", {"price_currency": "JPY", "price_amount": "1.5"}, "has 0 decimals"),
        ("flat", {"price_currency": "EUR", "price_amount": "1", "max_weight_grams": "5"}, "Only a method by weight"),
        ("flat", {"price_currency": "EUR", "price_amount": "1", "free_from_amount": "5"}, "Only a method that is free"),
        ("by_weight", {"price_currency": "EUR", "price_amount": "1", "free_from_amount": "5"}, "Only a method that is"),
        ("free_above", {"price_currency": "EUR", "price_amount": "1"}, "needs one in each currency"),
        ("free_above", {"price_currency": "EUR", "price_amount": "1", "free_from_amount": "5.001"}, "has 2 decimals"),
    ],
)
def test_a_rate_its_method_could_not_use_is_refused_with_the_reason(staff, kind, rate, hint):
    zone = ShippingZone.objects.get(name="Germany")

    answer = staff.post(reverse("admin:shipping_shippingmethod_add"), method_form(zone, rate, kind=kind))

    assert answer.status_code == 200
    assert hint in answer.content.decode()
    assert not ShippingMethod.objects.filter(name="Courier").exists()


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"countries": "DE,XX"}, "XX: not ISO 3166-1"),
        ({"regions": "CA"}, "exactly one country"),
        ({"countries": "US,CA", "regions": "CA"}, "exactly one country"),
    ],
)
def test_a_zone_no_address_can_match_is_refused_with_the_reason(staff, fields, hint):
    answer = staff.post(reverse("admin:shipping_shippingzone_add"), zone_form(**fields))

    assert answer.status_code == 200
    assert hint in answer.content.decode()


def test_a_method_that_arrives_before_it_leaves_is_refused(staff):
    zone = ShippingZone.objects.get(name="Germany")

    answer = staff.post(reverse("admin:shipping_shippingmethod_add"), method_form(zone, min_days=5, max_days=2))

    assert answer.status_code == 200
    assert not ShippingMethod.objects.filter(name="Courier").exists()


@pytest.mark.parametrize("model", ["shippingzone", "shippingmethod"])
def test_lists_and_forms_open(staff, model):
    row = {"shippingzone": ShippingZone, "shippingmethod": ShippingMethod}[model].objects.first()

    assert staff.get(reverse(f"admin:shipping_{model}_changelist"), {"q": "Ger"}).status_code == 200
    assert staff.get(reverse(f"admin:shipping_{model}_change", args=[row.pk])).status_code == 200


def test_staff_name_a_method_in_other_languages(staff):
    method = ShippingMethod.objects.get(zone__name="Germany", name="Express")
    page = reverse("admin:shipping_shippingmethod_change", args=[method.pk])
    given = method_form(method.zone, name="Express", name_de="Eilversand", name_fr="")

    assert 'value="Expressversand"' in staff.get(page).content.decode()
    assert staff.post(page, given).status_code == 302

    method.refresh_from_db()
    assert method.names == {"de": "Eilversand"}


def test_who_may_only_look_sees_a_method(client):
    user = get_user_model().objects.create_user("look@example.com", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_shippingmethod", "view_shippingrate"]))
    client.force_login(user)
    method = ShippingMethod.objects.get(zone__name="Germany", name="Express")

    assert client.get(reverse("admin:shipping_shippingmethod_change", args=[method.pk])).status_code == 200
