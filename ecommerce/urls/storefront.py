"""The shop's pages, where the profile serves them."""

from importlib.util import find_spec

from django.urls import URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the storefront's URLs, or nothing."""
    if not _is_whole() or not profile.serves(surface=Surface.PAGES, app="storefront"):
        return []
    return [path("", include("apps.storefront.urls"))]


def _is_whole() -> bool:
    """Return whether every app that the pages call has its interface."""
    needed = (
        "accounts.api",
        "catalog.api",
        "checkout.api",
        "orders.api",
        "payments.api",
        "search.api",
        "storefront.urls",
    )
    return all(find_spec(f"apps.{name}") for name in needed)
