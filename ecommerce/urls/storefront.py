"""The shop's pages and pictures, where the profile serves them."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLPattern | URLResolver]:
    """Return the URLs of the storefront, in every language, and of media as far as the profile serves them."""
    media, pages = (profile.serves(surface=Surface.PAGES, app=app) for app in ("media", "storefront"))
    return [
        *([path("media/", include("apps.media.urls"))] if media else []),
        *(i18n_patterns(path("", include("apps.storefront.urls")), prefix_default_language=False) if pages else []),
    ]
