"""Products as staff edit them: whole products in, whole products out; `ETag` is the version, `If-Match` guards it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.catalog import api
from apps.catalog.contracts import Product, ProductStatus
from apps.catalog.rest import serializers
from apps.kernel.errors import Invalid
from apps.web.errors import ValidationFailed
from apps.web.pagination import read_page_params
from apps.web.permissions import require_staff
from apps.web.problems import flatten, name_values
from apps.web.views import APIView, read_if_match, reply, reply_page

_RIGHTS: Final = {"GET": "view", "HEAD": "view", "POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class StaffView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        """Ask for the Django permission that the method needs."""
        return [require_staff(f"catalog.{_RIGHTS.get(self.request.method or '', 'change')}_product")()]


class StaffProductList(StaffView):
    @extend_schema(
        parameters=[serializers.ListParams], responses=serializers.SummaryPage, operation_id="staff_products_list"
    )
    def get(self, request: Request) -> HttpResponse:
        """List products, drafts too, newest first."""
        page = api.list_product_summaries(
            params=read_page_params(request), search=request.GET.get("q", "")[:200].strip(), status=_status(request)
        )
        return reply_page(request, page)

    @extend_schema(request=serializers.ProductBody, responses={201: serializers.ProductView})
    def post(self, request: Request) -> HttpResponse:
        """Create a product."""
        body = self.parse(serializers.ProductBody, request)
        return _reply(api.create_product(product=serializers.to_input(body)), status=201)


class StaffProductDetail(StaffView):
    """A whole product holds its prices: who only reads it needs the right to see them, who changes it sets them."""

    def get_permissions(self) -> list[BasePermission]:
        """Ask for the method's right, and for that to see prices where they are only read."""
        needed = super().get_permissions()
        reads = _RIGHTS.get(self.request.method or "") == "view"
        return [*needed, require_staff("catalog.view_variantprice")()] if reads else needed

    @extend_schema(responses=serializers.ProductView)
    def get(self, request: Request, product_id: UUID) -> HttpResponse:
        """Show a whole product."""
        return _reply(api.get_product(product_id=product_id))

    @extend_schema(request=serializers.ProductBody, responses=serializers.ProductView)
    def put(self, request: Request, product_id: UUID) -> HttpResponse:
        """Replace a product: what is not in the body goes."""
        body = self.parse(serializers.ProductBody, request)
        return self._update(request, product_id, body)

    @extend_schema(request=serializers.ProductBody, responses=serializers.ProductView)
    def patch(self, request: Request, product_id: UUID) -> HttpResponse:
        """Replace those members of a product that are in the body."""
        product = api.get_product(product_id=product_id)
        serializer = serializers.ProductBody(data=_overlay(serializers.to_body(product), request.data))
        if not serializer.is_valid():
            raise ValidationFailed(fields=name_values(flatten(serializer.errors), given=request.data))
        return self._update(request, product_id, serializer.validated_data, version=product.version)

    def delete(self, request: Request, product_id: UUID) -> HttpResponse:
        """Delete a product; orders keep their own copies."""
        api.delete_product(product_id=product_id)
        return reply(None, status=204)

    def _update(
        self, request: Request, product_id: UUID, body: dict[str, Any], *, version: int | None = None
    ) -> HttpResponse:
        expected = read_if_match(request, current=lambda: api.get_product(product_id=product_id).version)
        product = api.update_product(
            product_id=product_id,
            product=serializers.to_input(body),
            if_version=version if expected is None else expected,
        )
        return _reply(product)


def _overlay(current: dict[str, Any], given: object) -> object:
    """Whole members are replaced; anything but an object is left to the serializer to refuse.

    Translations that are not given stay without being sent again: what they stood for may go with another member.
    """
    kept = {name: value for name, value in current.items() if name != "translations"}
    return {**kept, **given} if isinstance(given, Mapping) else given


def _reply(product: Product, *, status: int = 200) -> HttpResponse:
    return reply(serializers.to_body(product), status=status, etag=str(product.version))


def _status(request: Request) -> ProductStatus | None:
    if not (word := request.GET.get("status", "")):
        return None
    try:
        return ProductStatus(word)
    except ValueError:
        raise Invalid.field(
            "status", "unknown_status", f"{word[:40]!r} is not a status; use draft or published."
        ) from None
