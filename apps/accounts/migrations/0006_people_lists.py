"""Indexes for the list of people: the newest first, and those of whom staff know a part of the name or address."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0005_cities_where_there_are_any")]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name="user", index=models.Index(fields=["-date_joined", "-id"], name="accounts_user_newest")
        ),
        AddIndexConcurrently(
            model_name="user",
            index=GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass(Upper("first_name"), name="gin_trgm_ops"),
                OpClass(Upper("last_name"), name="gin_trgm_ops"),
                name="accounts_user_words",
            ),
        ),
    ]
