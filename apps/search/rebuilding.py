"""Making all documents anew from the truth of other apps, while events go on arriving.

Each step first locks what it writes and then reads the truth: an event that was applied before is part of what is read, one that comes
later waits for the lock and wins.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.messaging import api as messaging
from apps.search import selectors, services

_BATCH: Final = 200


def rebuild() -> int:
    """Rebuild the tree and every product, then drop products that catalog does not have; return how many it has."""
    _rebuild_categories()
    known: set[UUID] = set()
    after: UUID | None = None
    while products := catalog.list_products(after_id=after, limit=_BATCH):
        for product in products:
            _rebuild_product(product_id=product.id)
        known |= {product.id for product in products}
        after = products[-1].id
    for product_id in selectors.indexed_ids() - known:
        _rebuild_product(product_id=product_id)
    return len(known)


@messaging.command
def _rebuild_categories() -> None:
    services.lock_tree()
    services.replace_categories(catalog.list_categories())


@messaging.command
def _rebuild_product(*, product_id: UUID) -> None:
    services.lock_products([product_id])
    try:
        product = catalog.get_product(product_id=product_id)
    except catalog.ProductNotFound:
        services.remove_products([product_id])
        return
    variant_ids = [variant.id for variant in product.variants]
    services.lock_availability(variant_ids)
    live = inventory.get_availability(variant_ids=variant_ids)
    services.store_availability({key: found.status for key, found in live.items()})
    services.index_products([product])
