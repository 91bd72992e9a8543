"""Django's admin, where the profile serves staff."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from ecommerce.profiles import Profile, Surface

_FORGOTTEN = f"{settings.STOREFRONT_URL}/account/password/forgotten/"


def patterns(profile: Profile) -> list[URLPattern | URLResolver]:
    """Return the admin's URLs, or nothing."""
    if Surface.ADMIN not in profile.surfaces:
        return []
    return [
        # The name is what the admin's sign-in page offers a link by. Staff have the accounts that customers have.
        path("admin/password_reset/", RedirectView.as_view(url=_FORGOTTEN), name="admin_password_reset"),
        path("admin/", include("apps.backoffice.urls")),
        path("admin/", admin.site.urls),
    ]
