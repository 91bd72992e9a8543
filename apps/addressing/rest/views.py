"""Countries and the fields of their addresses over REST, for apps that draw their own form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.addressing import api as addressing
from apps.addressing.rest import serializers
from apps.web.views import APIView, reply

_KEPT_SECONDS = 3600


class CountriesView(APIView):
    limit_group = "catalogue"
    authentication_classes = ()

    @extend_schema(responses=serializers.COUNTRIES)
    def get(self, request: Request) -> HttpResponse:
        """List the countries an address may be in, by name."""
        return _reply({"results": [asdict(country) for country in addressing.list_countries()]})


class CountryView(APIView):
    limit_group = "catalogue"
    authentication_classes = ()

    @extend_schema(responses=serializers.ADDRESS_FORMAT)
    def get(self, request: Request, code: str) -> HttpResponse:
        """Show which fields an address of a country has."""
        found = addressing.get_address_format(country=code)
        return _reply({**asdict(found.country), "fields": [_field(field) for field in found.fields]})


def _field(field: addressing.AddressField) -> dict[str, Any]:
    choices = [{"code": region.code, "name": region.name} for region in field.choices]
    return {**asdict(field), "choices": choices}


def _reply(document: dict[str, Any]) -> HttpResponse:
    response = reply(document)
    patch_cache_control(response, public=True, max_age=_KEPT_SECONDS)
    patch_vary_headers(response, ["Accept-Language"])
    return response
