"""Django's admin, where the profile serves staff."""

from django.contrib import admin
from django.urls import URLResolver, path

from ecommerce.profiles import Profile, Surface


def patterns(profile: Profile) -> list[URLResolver]:
    """Return the admin's URLs, or nothing."""
    return [path("admin/", admin.site.urls)] if Surface.ADMIN in profile.surfaces else []
