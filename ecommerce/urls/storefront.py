"""The shop's pages, where the profile serves them."""

from django.urls import URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the storefront's URLs, or nothing."""
    served = profile.serves(surface=Surface.PAGES, app="storefront")
    return [path("", include("apps.storefront.urls"))] if served else []
