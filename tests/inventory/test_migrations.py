"""Migrations of inventory go back and forth."""

import pytest
from django.core.management import call_command
from django.db import connection

from apps.inventory.models import Warehouse
from tests.inventory.stock import make_variant, reserve

pytestmark = pytest.mark.django_db(transaction=True)


def functions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'inventory%'")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.slow
def test_the_functions_and_the_storage_are_undone_and_done_again():
    before = functions()
    try:
        call_command("migrate", "inventory", "0001", verbosity=0)
        undone = functions()
    finally:
        call_command("migrate", "inventory", verbosity=0)

    assert undone == set()
    assert functions() == before
    assert Warehouse.objects.filter(code="main").count() == 1
    reserve("order-1", (make_variant(3), 1))
