"""What search hears: products, categories and availability. All of it is a projection, so any of it may be replayed."""

from __future__ import annotations

from apps.catalog.events import CategoryChanged, CategoryRemoved, ProductChanged, ProductRemoved
from apps.inventory.contracts import StockStatus
from apps.inventory.events import AvailabilityChanged
from apps.messaging import api as messaging
from apps.search import services


@messaging.subscribe(ProductChanged, ProductRemoved, consumer="search.index_products", projection=True)
def index_products(event: ProductChanged | ProductRemoved) -> None:
    """Bring the documents of one product up to date."""
    if isinstance(event, ProductChanged):
        services.index_product(event.product)
    else:
        services.remove_product(product_id=event.product_id)


@messaging.subscribe(CategoryChanged, CategoryRemoved, consumer="search.index_categories", projection=True)
def index_categories(event: CategoryChanged | CategoryRemoved) -> None:
    """Bring the tree and the documents of a category's products up to date."""
    if isinstance(event, CategoryChanged):
        services.index_category(event.category)
    else:
        services.remove_category(category_id=event.category_id)


@messaging.subscribe(AvailabilityChanged, consumer="search.index_availability", projection=True)
def index_availability(event: AvailabilityChanged) -> None:
    """Bring the documents of a variant's product up to date."""
    services.set_availability(in_stock={event.variant_id: event.status is not StockStatus.OUT})
