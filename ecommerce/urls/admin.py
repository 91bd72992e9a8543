"""Django's admin, where the profile serves staff."""

from django.contrib import admin
from django.urls import URLResolver, include, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the admin's URLs, or nothing."""
    if Surface.ADMIN not in profile.surfaces:
        return []
    return [path("admin/", include("apps.backoffice.urls")), path("admin/", admin.site.urls)]
