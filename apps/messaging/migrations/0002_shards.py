"""Create the shard rows that relays lock."""

from django.db import migrations


def create_shards(apps, schema_editor):
    shard = apps.get_model("messaging", "OutboxShard")
    shard.objects.using(schema_editor.connection.alias).bulk_create([shard(id=i) for i in range(16)])


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunPython(create_shards, migrations.RunPython.noop)]
