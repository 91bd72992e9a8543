"""A product on one page: its variants as a matrix with price and stock, its pictures, and what moved its stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.backoffice.views.frame import show_page
from apps.catalog import api as catalog
from apps.catalog.contracts import Product, Variant
from apps.inventory import api as inventory
from apps.kernel.money import Money

_MOVEMENTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A variant in the matrix: what it costs and what can be sold of it."""

    variant: Variant
    price: Money | None
    availability: inventory.Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Variants by the values of the last option across, and of all others down; None where a combination is not made.

    Each cell stands beside the name of its column, which phones show with it.
    """

    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Cell | None], ...]], ...]


@require_safe
@permission_required("catalog.view_product", raise_exception=True)
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Show a product with its stock, as far as the reader may see stock."""
    try:
        found = catalog.get_product(product_id=product_id)
    except catalog.ProductNotFound as error:
        raise Http404 from error
    ids = [variant.id for variant in found.variants]
    availability = inventory.get_availability(variant_ids=ids)
    context = {
        "title": found.title,
        "product": found,
        "matrix": arrange(found, availability),
        "skus": {variant.id: variant.sku for variant in found.variants},
    }
    if request.user.has_perm("inventory.view_stocklevel"):
        warehouses = inventory.list_warehouses()
        levels = inventory.get_stock_levels(variant_ids=ids)
        context |= {
            "warehouses": warehouses,
            "stock": [(variant, _by_warehouse(levels[variant.id], warehouses)) for variant in found.variants],
            "movements": inventory.list_movements(variant_ids=ids, limit=_MOVEMENTS),
        }
    return show_page(request, "product.html", context)


def arrange(product: Product, availability: Mapping[UUID, inventory.Availability]) -> Matrix:
    """Return the product's variants as a matrix; one column where it has no options."""
    across = product.options[-1] if product.options else None
    columns = across.values if across else ("",)
    rows: dict[str, dict[str, Cell]] = {}
    for variant in product.variants:
        column = variant.options.get(across.name, "") if across else ""
        row = " / ".join(value for name, value in variant.options.items() if not across or name != across.name)
        rows.setdefault(row, {})[column] = Cell(
            variant=variant,
            price=variant.prices.get(settings.DEFAULT_CURRENCY),
            availability=availability[variant.id],
        )
    return Matrix(
        across=columns,
        rows=tuple((row, tuple((column, cells.get(column)) for column in columns)) for row, cells in rows.items()),
    )


def _by_warehouse(
    levels: tuple[inventory.StockLevel, ...], warehouses: tuple[inventory.Warehouse, ...]
) -> list[tuple[inventory.Warehouse, inventory.StockLevel | None]]:
    found = {level.warehouse: level for level in levels}
    return [(warehouse, found.get(warehouse.code)) for warehouse in warehouses]
