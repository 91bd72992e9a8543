"""Published interface of content: what a merchant tells on pages of his own, on the home page and above collections, in each language."""

from __future__ import annotations

from uuid import UUID

from apps.content import rendering, selectors, services
from apps.content.contracts import (
    COLLECTION_TEXTS,
    HOME_TEXTS,
    LAST_POSITION,
    LONGEST_SLUG,
    LONGEST_TAG,
    MOST_PROMISES,
    PAGE_TEXTS,
    Collection,
    CollectionInput,
    HeroScene,
    Home,
    HomeInput,
    Page,
    PageGroup,
    PageInput,
    PageLink,
    PagePurpose,
    ShownCollection,
    ShownPage,
    Texts,
)
from apps.content.errors import CollectionNotFound, PageNotFound
from apps.messaging import api as messaging
from apps.web.languages import text_in

__all__ = [
    "COLLECTION_TEXTS",
    "HOME_TEXTS",
    "LAST_POSITION",
    "LONGEST_SLUG",
    "LONGEST_TAG",
    "MOST_PROMISES",
    "PAGE_TEXTS",
    "Collection",
    "CollectionInput",
    "CollectionNotFound",
    "HeroScene",
    "Home",
    "HomeInput",
    "Page",
    "PageGroup",
    "PageInput",
    "PageLink",
    "PageNotFound",
    "PagePurpose",
    "ShownCollection",
    "ShownPage",
    "Texts",
    "change_home",
    "delete_collection",
    "delete_page",
    "find_page",
    "get_collection",
    "get_home",
    "get_page",
    "get_settled_home",
    "list_collections",
    "list_page_links",
    "list_pages",
    "list_settled_collections",
    "save_collection",
    "save_page",
]


def list_page_links(*, language: str) -> tuple[PageLink, ...]:
    """Return the published pages as they are linked in `language` (one of the shop's codes): by group, then in their order.

    One query, the answer to which a process remembers for five seconds; so it is with the home page and the collections.
    """
    return tuple(
        PageLink(
            slug=page.settled.slug,
            group=page.settled.group,
            purpose=page.settled.purpose,
            title=text_in(language, page.settled.texts, "title"),
            summary=text_in(language, page.settled.texts, "summary"),
            changed_at=page.changed_at,
        )
        for page in selectors.published()
    )


def find_page(*, slug: str, language: str) -> ShownPage:
    """Return a page in a language, published or not: who may see one that is not, the caller decides. Raises PageNotFound. One query."""
    page = selectors.find_page(slug=slug)
    if page is None:
        raise PageNotFound(f"There is no page {slug[:80]!r}.")
    title, summary, text = (text_in(language, page.settled.texts, name) for name in PAGE_TEXTS)
    return ShownPage(
        slug=slug,
        group=page.settled.group,
        is_published=page.settled.is_published,
        title=title,
        summary=summary,
        html=rendering.render(text, language=language),
    )


def list_collections(*, language: str) -> tuple[ShownCollection, ...]:
    """Return the collections as they read in a language, in their order; remembered as pages are."""
    return tuple(
        ShownCollection(
            slug=each.settled.slug,
            tag=each.settled.tag,
            is_on_home=each.settled.is_on_home,
            title=text_in(language, each.settled.texts, "title"),
            story=text_in(language, each.settled.texts, "story"),
        )
        for each in selectors.collections()
    )


def get_home(*, language: str) -> Home:
    """Return the home page's words in a language, all of them "" before anybody wrote any; remembered as pages are."""
    settled = selectors.home() or HomeInput()
    told = {name: text_in(language, settled.texts, name) for name in HOME_TEXTS}
    promises = ((told[f"promise_{n}"], told[f"promise_{n}_text"]) for n in range(1, MOST_PROMISES + 1))
    return Home(
        scene=settled.scene,
        title=told["title"],
        line=told["line"],
        button=told["button"],
        story_title=told["story_title"],
        story=told["story"],
        promises=tuple(each for each in promises if any(each)),
    )


def list_pages() -> list[Page]:
    """Return all pages as staff wrote them, without `text`, in the order of `list_page_links`. One query."""
    return selectors.all_pages()


def get_page(*, page_id: UUID) -> Page:
    """Return a page as staff wrote it, whole. Raises PageNotFound."""
    if page := selectors.find_page(pk=page_id):
        return page
    raise PageNotFound(f"There is no page {page_id}.")


def list_settled_collections() -> tuple[Collection, ...]:
    """Return the collections as staff wrote them, in their order; remembered as pages are."""
    return selectors.collections()


def get_collection(*, collection_id: UUID) -> Collection:
    """Return a collection as staff wrote it. Raises CollectionNotFound."""
    if collection := selectors.find_collection(collection_id):
        return collection
    raise CollectionNotFound(f"There is no collection {collection_id}.")


def get_settled_home() -> HomeInput | None:
    """Return the home page's words as staff wrote them, None before anybody did; remembered as pages are."""
    return selectors.home()


def save_page(*, page: PageInput, actor: str, page_id: UUID | None = None) -> UUID:
    """Create a page, or replace the one with `page_id`; return its id. `actor` says who did. Other processes show it within five seconds.

    Raises PageNotFound, and Invalid: `slug` not of a-z, 0-9 and single hyphens (60 characters), or taken; `purpose` taken; `position` not
    from 0 to 999; `texts.<language>.<name>` of a language or name that is none, longer than PAGE_TEXTS, with control characters (only
    `text` may have several lines), or without a title in the shop's own language.
    """
    saved = _save_page(page=page, actor=actor, page_id=page_id)
    selectors.published.forget()
    return saved


def delete_page(*, page_id: UUID) -> None:
    """Delete a page. Raises PageNotFound."""
    _delete_page(page_id=page_id)
    selectors.published.forget()


def save_collection(*, collection: CollectionInput, actor: str, collection_id: UUID | None = None) -> UUID:
    """Create a collection, or replace the one with `collection_id`; return its id.

    Raises CollectionNotFound, and Invalid as `save_page` does, with `tag` empty or longer than 255 characters.
    """
    saved = _save_collection(collection=collection, actor=actor, collection_id=collection_id)
    selectors.collections.forget()
    return saved


def delete_collection(*, collection_id: UUID) -> None:
    """Delete a collection, not its products. Raises CollectionNotFound."""
    _delete_collection(collection_id=collection_id)
    selectors.collections.forget()


def change_home(*, home: HomeInput, actor: str) -> None:
    """Replace the home page's words. Raises Invalid for `texts`, as `save_page` does, against HOME_TEXTS; none is required."""
    _change_home(home=home, actor=actor)
    selectors.home.forget()


_save_page = messaging.command(services.save_page)
_delete_page = messaging.command(services.delete_page)
_save_collection = messaging.command(services.save_collection)
_delete_collection = messaging.command(services.delete_collection)
_change_home = messaging.command(services.change_home)
