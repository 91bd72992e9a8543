"""What search hears: products, categories and availability. All of it is a projection, so any of it may be replayed."""

from __future__ import annotations

from collections.abc import Sequence

from apps.catalog.events import CategoryChanged, CategoryRemoved, ProductChanged, ProductRemoved
from apps.inventory.events import AvailabilityChanged
from apps.messaging import api as messaging
from apps.search import services


@messaging.subscribe(ProductChanged, ProductRemoved, consumer="search.index_products", projection=True, batch=True)
def index_products(events: Sequence[ProductChanged | ProductRemoved]) -> None:
    """Bring the documents of products up to date."""
    services.lock_products([event.product_id for event in events])
    services.index_products([event.product for event in events if isinstance(event, ProductChanged)])
    services.remove_products([event.product_id for event in events if isinstance(event, ProductRemoved)])


@messaging.subscribe(CategoryChanged, CategoryRemoved, consumer="search.index_categories", projection=True)
def index_categories(event: CategoryChanged | CategoryRemoved) -> None:
    """Bring the tree and the documents of a category's products up to date."""
    if isinstance(event, CategoryChanged):
        services.index_category(event.category)
    else:
        services.remove_category(category_id=event.category_id)


@messaging.subscribe(AvailabilityChanged, consumer="search.index_availability", projection=True, batch=True)
def index_availability(events: Sequence[AvailabilityChanged]) -> None:
    """Bring the documents of the variants' products up to date."""
    services.set_availability({event.variant_id: event.status for event in events})
