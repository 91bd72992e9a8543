"""Texts of products and names of categories in other languages. The constraints are checked for old rows in the next migration."""

import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_search_by_part"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="names",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="product",
            name="translations",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        AddConstraintNotValid(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(
                        models.Func(models.F("names"), function="jsonb_typeof", output_field=models.TextField()),
                        models.Value("object"),
                    ),
                    models.Q(
                        models.Func(
                            models.F("names"),
                            models.Value('$.keyvalue() ? (!(@.key like_regex "^[a-z]{2,3}(-[a-z0-9]{2,8})*$"))'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(
                            models.F("names"),
                            models.Value('$.* ? (@.type() != "string" || !(@ like_regex "^.{1,200}$" flag "s"))'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                ),
                name="catalog_category_names",
            ),
        ),
        AddConstraintNotValid(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(
                        models.Func(models.F("translations"), function="jsonb_typeof", output_field=models.TextField()),
                        models.Value("object"),
                    ),
                    models.Q(
                        models.Func(
                            models.F("translations"),
                            models.Value('$.keyvalue() ? (!(@.key like_regex "^[a-z]{2,3}(-[a-z0-9]{2,8})*$"))'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(
                            models.F("translations"),
                            models.Value('$.* ? (@.type() != "object")'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(
                            models.F("translations"),
                            models.Value(
                                '$.*.keyvalue() ? (!(@.key == "title" || @.key == "description_html" || @.key == "names" || @.key == "values" || @.key == "attributes" || @.key == "tags" || @.key == "image_alts"))'
                            ),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(
                            models.F("translations"),
                            models.Value('$.*.title ? (@.type() != "string" || !(@ like_regex "^.{1,255}$" flag "s"))'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(
                            models.F("translations"),
                            models.Value('$.*.description_html ? (@.type() != "string" || @ == "")'),
                            output_field=models.BooleanField(),
                            template="jsonb_path_exists(%(expressions)s::jsonpath)",
                        ),
                        _negated=True,
                    ),
                ),
                name="catalog_product_translations",
            ),
        ),
    ]
