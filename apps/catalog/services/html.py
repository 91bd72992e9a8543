"""Product descriptions are sanitised when they are written, so that every reader may send them as they are."""

from __future__ import annotations

from typing import Final

import nh3

_TAGS: Final = set(
    "a abbr b blockquote br caption code dd div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre s small span strong sub sup"
    " table tbody td tfoot th thead tr u ul".split()
)
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_DROPPED_WITH_CONTENT: Final = {
    "script",
    "style",
    "iframe",
    "object",
    "template",
    "noscript",
    "title",
    "textarea",
    "svg",
    "math",
}

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """Return `html` with the allowed tags and attributes only; links carry `rel`. Sanitising twice changes nothing."""
    return _cleaner.clean(html).strip()
