"""The URLs of this process: what its profile serves, plus health and metrics."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from ecommerce.profiles import Surface, current_profile
from ecommerce.urls import admin, api, ops, storefront

_profile = current_profile()

urlpatterns: list[URLPattern | URLResolver] = [
    *ops.urlpatterns,
    *api.patterns(_profile),
    *admin.patterns(_profile),
    *storefront.patterns(_profile),
]

handler400 = "apps.web.failures.bad_request"
handler403 = "apps.web.failures.permission_denied"
# The shop's own frame needs its pages.
handler404 = (
    "apps.storefront.views.lost.not_found"
    if _profile.serves(surface=Surface.PAGES, app="storefront")
    else "apps.web.failures.page_not_found"
)
handler500 = "apps.web.failures.server_error"
