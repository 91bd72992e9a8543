"""The methods that every shop begins with have German and French names, where staff gave them none."""

from django.db import migrations

NAMES = {
    "Standard": {"de": "Standardversand", "fr": "Livraison standard"},
    "Express": {"de": "Expressversand", "fr": "Livraison express"},
    "International": {"de": "Internationaler Versand", "fr": "Livraison internationale"},
    "International express": {"de": "Internationaler Expressversand", "fr": "Livraison express internationale"},
}


def translate(apps, schema_editor):
    methods = apps.get_model("shipping", "ShippingMethod").objects.using(schema_editor.connection.alias)
    for name, names in NAMES.items():
        methods.filter(name=name, names={}).update(names=names)


class Migration(migrations.Migration):
    dependencies = [("shipping", "0003_method_names")]
    operations = [migrations.RunPython(translate, migrations.RunPython.noop)]
