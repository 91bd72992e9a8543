"""The views that a member of staff keeps of the list of orders, beside those that everybody has."""

from __future__ import annotations

from typing import Any, Final

from django import template

from apps.backoffice import saved_views

register = template.Library()
# Where in the list somebody is, and what Django puts there of itself.
_PASSING: Final = ("p", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters")


@register.inclusion_tag("backoffice/saved_views.html", takes_context=True)
def own_views(context: template.Context, *, fixed: list[tuple[str, str, bool]]) -> dict[str, Any]:
    """Show a member's own views with a way to remove the open one, and a form that keeps what the list shows now.

    It stands on a list that was shown, so each parameter of the request is one that the list knows.
    """
    request = context["request"]
    parameters = request.GET.copy()
    for name in _PASSING:
        parameters.pop(name, None)
    query = parameters.urlencode()
    views = [(view, view.query == query) for view in saved_views.list_views(owner_id=request.user.pk)]
    is_known = any(is_open for _, is_open in views) or any(known == query for _, known, _ in fixed)
    return {
        "views": views,
        "sealed": "" if is_known or not query else saved_views.seal(query),
        "longest": saved_views.LONGEST_NAME,
        "csrf_token": context.get("csrf_token"),
    }
