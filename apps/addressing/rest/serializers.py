"""Shapes of answers, for the API description; nothing is serialised through them."""

from __future__ import annotations

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

_CODE = serializers.CharField(help_text="ISO 3166-1 alpha-2, such as DE.")

COUNTRIES = inline_serializer(
    "Countries",
    {"results": inline_serializer("Country", {"code": _CODE, "name": serializers.CharField()}, many=True)},
)
ADDRESS_FIELD = inline_serializer(
    "AddressField",
    {
        "name": serializers.CharField(help_text="The member of an address that this field fills."),
        "label": serializers.CharField(),
        "required": serializers.BooleanField(),
        "autocomplete": serializers.CharField(help_text="Token of the HTML standard."),
        "max_length": serializers.IntegerField(),
        "pattern": serializers.CharField(
            help_text="Regular expression of the whole value in its usual spelling; empty where anything goes."
        ),
        "example": serializers.CharField(help_text="A value that fits the pattern; empty without one."),
        "choices": inline_serializer(
            "AddressChoice",
            {
                "code": serializers.CharField(help_text="What an address keeps."),
                "name": serializers.CharField(),
            },
            many=True,
            help_text="Empty where the value is free text.",
        ),
    },
    many=True,
    help_text="In the order of the country's form.",
)
ADDRESS_FORMAT = inline_serializer(
    "AddressFormat", {"code": _CODE, "name": serializers.CharField(), "fields": ADDRESS_FIELD}
)
