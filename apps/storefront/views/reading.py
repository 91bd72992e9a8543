"""The shop's own pages: delivery, returns, terms and whatever else a merchant tells."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.brand import api as brand
from apps.content import api as content
from apps.storefront import structured
from apps.storefront.context import page
from apps.web.languages import active_language


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page; one that is not published yet to who may edit it."""
    try:
        told = content.find_page(slug=slug, language=active_language())
    except content.PageNotFound as error:
        raise Http404 from error
    if not (told.is_published or request.user.has_perm("content.edit_content")):
        raise Http404
    way = structured.told_page(
        title=told.title, path=f"/pages/{slug}/", shop=brand.get_brand().name, origin=settings.STOREFRONT_URL
    )
    return page(request, "page.html", {"told": told, "structured": [way]})
