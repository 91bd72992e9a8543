"""What stock crossed a threshold is found in one pass over the variants, also where PostgreSQL's statistics say that there are none."""

import pytest
from django.db import connection

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
# With a hundred PostgreSQL still plans well for the function before 0008, which summed up all of them again for each; with these it
# read 191,132 rows in the shop of the demo.
VARIANTS = 300
# A table emptied by hand, vacuumed and filled again looks like this until the next ANALYZE; undone with the test.
FORGET = """
    DELETE FROM pg_statistic WHERE starelid IN ('inventory_stockitem'::regclass, 'inventory_stocklevel'::regclass);
    UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid IN (
        SELECT unnest(array[indrelid, indexrelid]) FROM pg_index
        WHERE indrelid IN ('inventory_stockitem'::regclass, 'inventory_stocklevel'::regclass))
"""
READ = """
    SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'inventory_stockitem'
"""


@pytest.fixture
def database():
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        yield cursor


def test_setting_stock_reads_each_variant_a_few_times_whatever_statistics_say(database):
    inventory.set_stock_levels(levels={uuid7(): 5 for _ in range(VARIANTS)}, reason="import of a file")

    database.execute(READ)
    ((read,),) = database.fetchall()
    assert VARIANTS <= read < 10 * VARIANTS
