"""Migrations of shipping and their seeds go back and forth without touching what staff changed."""

import pytest
from django.core.management import call_command

from apps.shipping.models import ShippingRate, ShippingZone

pytestmark = pytest.mark.django_db(transaction=True)


def test_seeding_again_leaves_edited_zones_alone():
    ShippingRate.objects.filter(method__zone__name="Germany").delete()
    before = ShippingZone.objects.count()

    call_command("migrate", "shipping", "0001", verbosity=0)
    call_command("migrate", "shipping", verbosity=0)

    assert ShippingZone.objects.count() == before
    assert not ShippingRate.objects.filter(method__zone__name="Germany").exists()


def test_the_tables_go_and_come_back_with_the_seeds():
    call_command("migrate", "shipping", "zero", verbosity=0)
    call_command("migrate", "shipping", verbosity=0)

    assert ShippingZone.objects.filter(name="Germany", methods__rates__price_amount="4.90").exists()
