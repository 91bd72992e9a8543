"""Markdown as HTML that is safe to send: raw HTML is text, nothing carries a style, links lead on in the language of the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from apps.web.languages import path_in

# What is not of the shop's pages has no language in its path.
_OTHER_PATHS: Final = ("//", "/admin/", "/api/", "/static/", "/media/")
_FIRST_HEADING: Final = 2
_LAST_HEADING: Final = 6


# The pages of most shops in all their languages; one is rendered in milliseconds.
@lru_cache(maxsize=50)
def render(text: str, *, language: str) -> str:
    """Return Markdown (CommonMark with tables and strikethrough, without pictures) as HTML.

    The uppermost of its headings is h2, whatever it was written as. Links to the shop's own pages lead to them in `language`; links
    elsewhere tell no opener. A table stands in a box that scrolls.
    """
    return str(_markdown.render(text, {"language": language}))


class _Renderer(RendererHTML):
    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        # Who has no pointer scrolls by keyboard, so the box takes the focus, and says what it is.
        label = escape(_heading_before(tokens, index))
        named = f' role="group" aria-label="{label}"' if label else ""
        return f'<div class="table" tabindex="0"{named}>\n<table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return "</table>\n</div>\n"


def _heading_before(tokens: Sequence[Token], index: int) -> str:
    for place in range(index - 1, 0, -1):
        if tokens[place - 1].type == "heading_open":
            children = tokens[place].children or []
            return "".join(child.content for child in children)
    return ""


def _adapt(state: Any) -> None:
    tokens: Sequence[Token] = state.tokens
    written = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    deeper = _FIRST_HEADING - min(written, default=_FIRST_HEADING)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + deeper, _LAST_HEADING)}"
        elif token.type in ("th_open", "td_open"):
            _adapt_cell(token)
        for child in token.children or ():
            if child.type == "link_open":
                _adapt_link(child, language=state.env["language"])


def _adapt_cell(cell: Token) -> None:
    # The content policy allows no style on an element.
    if style := cell.attrs.pop("style", ""):
        cell.attrSet("class", str(style).partition(":")[2])
    if cell.type == "th_open":
        cell.attrSet("scope", "col")


def _adapt_link(link: Token, *, language: str) -> None:
    target = str(link.attrs.get("href", ""))
    if target.startswith("/") and not target.startswith(_OTHER_PATHS):
        link.attrSet("href", path_in(language, target))
    elif urlsplit(target).netloc:
        link.attrSet("rel", "noopener")


_markdown: Final = MarkdownIt("js-default", renderer_cls=_Renderer).disable("image")
_markdown.core.ruler.push("shop", _adapt)
