"""The shop's pages, where the profile serves them."""

from importlib.util import find_spec

from django.urls import URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the storefront's URLs, or nothing."""
    if find_spec("apps.storefront.urls") is None or not profile.serves(surface=Surface.PAGES, app="storefront"):
        return []
    return [path("", include("apps.storefront.urls"))]
