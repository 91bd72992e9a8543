"""Public reads: stored bytes put together; kept whole by the answer cache until the catalogue moves."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from apps.search import api
from apps.search.rest import serializers
from apps.web.answers import cacheable
from apps.web.errors import ValidationFailed
from apps.web.json import dumps
from apps.web.languages import active_language
from apps.web.pagination import page_url
from apps.web.problems import flatten
from apps.web.views import APIView, reply

CATALOGUE: Final = "catalogue"
# Validating changes nothing in a serializer; making one copies all its fields, which a read need not pay for each time.
_LIST_PARAMS: Final = serializers.ListParams()
_CURRENCY_PARAMS: Final = serializers.CurrencyParams()

_OPTION: Final = OpenApiParameter(
    name=f"{api.OPTION_PREFIX}<name>",
    type=str,
    many=True,
    description="A value of an option by the option's name, such as `option.Size=M`. Repeated, any of the values will do; of several"
    " options each counts. At most 5 options and 30 values of each.",
)


class ProductList(APIView):
    limit_group = "catalogue"

    @extend_schema(parameters=[serializers.ListParams, _OPTION], responses=serializers.ProductPage)
    @cacheable(CATALOGUE, params=_LIST_PARAMS.fields, prefix=api.OPTION_PREFIX)
    def get(self, request: Request) -> HttpResponse:
        """List published products: search, filter, sort."""
        params = _params(_LIST_PARAMS, request)
        options = api.read_options(parameters=request.GET.lists())
        page = api.list_products(
            query=api.ListingQuery(
                **{**params, "currency": _currency(params), "options": options, "language": active_language()}
            )
        )
        tail = {
            "next": page_url(request, page.next_cursor),
            "previous": page_url(request, page.previous_cursor),
            **({} if page.count is None else {"count": page.count}),
        }
        return reply(b'{"results":' + page.results + b"," + dumps(tail)[1:])


class ProductDetail(APIView):
    limit_group = "catalogue"

    @extend_schema(parameters=[serializers.CurrencyParams], responses=serializers.ProductDetail)
    @cacheable(CATALOGUE, params=["currency"])
    def get(self, request: Request, id_or_slug: str) -> HttpResponse:
        """Show one published product, by id or slug."""
        currency = _currency(_params(_CURRENCY_PARAMS, request))
        language = active_language()
        return reply(api.get_product_document(id_or_slug=id_or_slug, currency=currency, language=language))


class ProductInventory(APIView):
    limit_group = "catalogue"

    @extend_schema(responses=serializers.ProductStock)
    def get(self, request: Request, id_or_slug: str) -> HttpResponse:
        """Show what could be bought of each variant now; never kept."""
        return reply(api.get_product_stock(id_or_slug=id_or_slug), headers={"Cache-Control": "no-store"})


class CategoryTree(APIView):
    limit_group = "catalogue"

    @extend_schema(responses=serializers.CategoryForest)
    @cacheable(CATALOGUE)
    def get(self, request: Request) -> HttpResponse:
        """Show the category tree."""
        return reply({"results": api.category_tree(language=active_language())})


def _params(serializer: BaseSerializer[Any], request: Request) -> dict[str, Any]:
    try:
        return dict(serializer.run_validation({name: request.GET[name] for name in request.GET}))
    except ValidationError as error:
        raise ValidationFailed(fields=flatten(error.detail)) from error


def _currency(params: dict[str, Any]) -> str:
    return str(params.get("currency", settings.DEFAULT_CURRENCY)).upper()
