"""What staff know of a buyer, a part of the name or of the address, found by trigrams without reading every contact."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models
from django.db.models import F, Func
from django.db.models.functions import Upper

# Written out in a function: as parameters of a prepared statement the keys would match no index. A blank before every word lets
# trigrams find the beginning of one that is shorter than three letters.
_WORDS = """
CREATE FUNCTION orders_buyer_words(email text, shipping jsonb, billing jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || email || ' ' || coalesce(shipping ->> 'first_name', '') || ' ' || coalesce(shipping ->> 'last_name', '')
        || ' ' || coalesce(billing ->> 'first_name', '') || ' ' || coalesce(billing ->> 'last_name', '')
$$
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0009_fewer_indexes")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(_WORDS, "DROP FUNCTION orders_buyer_words(text, jsonb, jsonb)"),
        AddIndexConcurrently(
            model_name="ordercontact",
            index=GinIndex(
                OpClass(
                    Upper(
                        Func(
                            F("email"),
                            F("shipping_address"),
                            F("billing_address"),
                            function="orders_buyer_words",
                            output_field=models.TextField(),
                        )
                    ),
                    name="gin_trgm_ops",
                ),
                name="orders_contact_words",
            ),
        ),
    ]
