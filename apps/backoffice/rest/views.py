"""Stock of one variant, for staff. Inventory takes any id; that it is one of the catalogue is asked here."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.backoffice.rest import serializers
from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.web.authentication import staff_actor
from apps.web.json import dumps
from apps.web.permissions import require_staff
from apps.web.views import APIView, check_match, reply


class StockView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        """Ask for the right to see stock, or to change it."""
        right = "view" if self.request.method in ("GET", "HEAD", "OPTIONS") else "change"
        return [require_staff(f"inventory.{right}_stocklevel")()]

    @extend_schema(responses=serializers.StockView)
    def get(self, request: Request, variant_id: UUID) -> HttpResponse:
        """Show what every warehouse has of a variant; a variant nobody set stock for has no levels."""
        _require_known(variant_id)
        stock = _read(variant_id)
        return reply(stock, etag=_etag(stock))

    @extend_schema(request=serializers.StockInput, responses=serializers.StockView)
    def put(self, request: Request, variant_id: UUID) -> HttpResponse:
        """Set what a warehouse has of a variant; 409 `below_reserved` where more is promised."""
        body = self.parse(serializers.StockInput, request)
        _require_known(variant_id)
        if_on_hand = _if_match(request, variant_id)
        inventory.set_on_hand(variant_id=variant_id, actor=staff_actor(request), if_on_hand=if_on_hand, **body)
        stock = _read(variant_id)
        return reply(stock, etag=_etag(stock))


def _require_known(variant_id: UUID) -> None:
    if not catalog.get_variants(ids=[variant_id], currency=settings.DEFAULT_CURRENCY):
        raise catalog.VariantNotFound(f"There is no variant {variant_id}.")


def _read(variant_id: UUID) -> dict[str, Any]:
    availability = inventory.get_availability(variant_ids=[variant_id])[variant_id]
    levels = inventory.get_stock_levels(variant_ids=[variant_id])[variant_id]
    return {
        "variant_id": variant_id,
        "available": availability.available,
        "status": availability.status,
        "levels": [
            {"warehouse": level.warehouse, "on_hand": level.on_hand, "reserved": level.reserved} for level in levels
        ],
    }


def _etag(stock: Mapping[str, Any]) -> str:
    return sha256(dumps(stock)).hexdigest()[:32]


def _if_match(request: Request, variant_id: UUID) -> dict[str, int] | None:
    """Check `If-Match` and return what must still be there when the stock is set; None without the header."""
    if "If-Match" not in request.headers:
        return None
    stock = _read(variant_id)
    check_match(request, _etag(stock))
    return {level["warehouse"]: level["on_hand"] for level in stock["levels"]}
