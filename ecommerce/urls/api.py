"""REST: the routes of every app under /api/v1/, its description and its documentation page."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from apps.web.docs import DocsView, SchemaView
from ecommerce.profiles import Profile, Surface

Pattern = URLPattern | URLResolver
APPS: Final = (
    "accounts",
    "catalog",
    "checkout",
    "inventory",
    "notifications",
    "orders",
    "payments",
    "pricing",
    "search",
    "shipping",
)
# What providers call is a surface of its own, so that a flood of it can be kept away from shoppers.
_WEBHOOKS: Final = "payments/webhooks/"


def patterns(profile: Profile) -> list[Pattern]:
    """Return /api/v1/ as far as the profile serves it, and the schema where it serves REST at all."""
    routes: list[Pattern] = [route for app in APPS for route in _routes(profile, app)]
    found: list[Pattern] = [path("api/v1/", include(routes))] if routes else []
    if Surface.REST in profile.surfaces:
        found += [
            path("api/schema/", SchemaView.as_view(), name="api-schema"),
            path("api/docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
        ]
    return found


def _routes(profile: Profile, app: str) -> Iterator[Pattern]:
    if find_spec(f"apps.{app}.rest") is None or find_spec(f"apps.{app}.rest.routes") is None:
        return
    for route in import_module(f"apps.{app}.rest.routes").urlpatterns:
        surface = Surface.WEBHOOKS if str(route.pattern).startswith(_WEBHOOKS) else Surface.REST
        if profile.serves(surface=surface, app=app):
            yield route
