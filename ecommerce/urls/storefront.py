"""The shop's pages and pictures, where the profile serves them."""

from django.urls import URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the URLs of the storefront and of media as far as the profile serves them."""
    prefixes = {"media": "media/", "storefront": ""}
    return [
        path(prefix, include(f"apps.{app}.urls"))
        for app, prefix in prefixes.items()
        if profile.serves(surface=Surface.PAGES, app=app)
    ]
