"""REST: the routes of every app under /api/v1/, their description and its documentation page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from apps.accounts.rest import routes as accounts
from apps.addressing.rest import routes as addressing
from apps.backoffice.rest import routes as backoffice
from apps.catalog.rest import routes as catalog
from apps.checkout.rest import routes as checkout
from apps.orders.rest import routes as orders
from apps.payments.rest import routes as payments
from apps.search.rest import routes as search
from apps.web.docs import DocsView, SchemaView
from ecommerce.profiles import Profile, Surface

Pattern = URLPattern | URLResolver
ROUTES: Final[dict[str, Sequence[Pattern]]] = {
    "accounts": accounts.urlpatterns,
    "addressing": addressing.urlpatterns,
    "backoffice": backoffice.urlpatterns,
    "catalog": catalog.urlpatterns,
    "checkout": checkout.urlpatterns,
    "orders": orders.urlpatterns,
    "payments": payments.urlpatterns,
    "search": search.urlpatterns,
}
# What providers call is a surface of its own, so that a flood of it can be kept away from shoppers.
_WEBHOOKS: Final = "payments/webhooks/"


def patterns(profile: Profile) -> list[Pattern]:
    """Return /api/v1/ as far as the profile serves it, and the schema where it serves REST at all."""
    routes = list(_routes(profile))
    found: list[Pattern] = [path("api/v1/", include(routes))] if routes else []
    if Surface.REST in profile.surfaces:
        found += [
            path("api/schema/", SchemaView.as_view(), name="api-schema"),
            path("api/docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
        ]
    return found


def _routes(profile: Profile) -> Iterator[Pattern]:
    for app, routes in ROUTES.items():
        for route in routes:
            surface = Surface.WEBHOOKS if str(route.pattern).startswith(_WEBHOOKS) else Surface.REST
            if profile.serves(surface=surface, app=app):
                yield route
