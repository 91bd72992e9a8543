"""Migrations of pricing and their seeds go back and forth without touching what staff changed."""

import pytest
from django.core.management import call_command

from apps.pricing.models import TaxRate, TaxZone

pytestmark = pytest.mark.django_db(transaction=True)


def test_seeding_again_leaves_edited_zones_alone():
    TaxRate.objects.filter(zone__name="Germany").delete()
    before = TaxZone.objects.count()

    call_command("migrate", "pricing", "0001", verbosity=0)
    call_command("migrate", "pricing", verbosity=0)

    assert TaxZone.objects.count() == before
    assert not TaxRate.objects.filter(zone__name="Germany").exists()


def test_the_tables_go_and_come_back_with_the_seeds():
    call_command("migrate", "pricing", "zero", verbosity=0)
    call_command("migrate", "pricing", verbosity=0)

    assert TaxZone.objects.filter(name="Germany", rates__percent=19).exists()
