"""Writing the category tree: paths follow from parents and slugs; moving a node moves its whole branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import IntegrityError, connections
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from apps.catalog import models, selectors
from apps.catalog.contracts import Category, CategoryStep
from apps.catalog.errors import CategoryInUse, CategoryNotFound
from apps.catalog.events import CategoryChanged, CategoryRemoved
from apps.catalog.services.translations import check_names, store_names
from apps.catalog.services.validation import SLUG
from apps.kernel.errors import Invalid
from apps.messaging import api as messaging
from apps.persistence.databases import alias_for


@messaging.command
def save_category(
    *,
    name: str,
    slug: str,
    parent_id: UUID | None,
    position: int,
    category_id: UUID | None = None,
    names: Mapping[str, str] | None = None,
) -> Category:
    lock_tree()
    if faults := list(check_names(names or {})):
        raise Invalid(fields=faults)
    if not name.strip() or not SLUG.fullmatch(slug):
        raise Invalid.field("slug", "invalid", f"{slug!r} is no slug; use a-z, 0-9 and hyphens, such as jackets.")
    row = models.Category() if category_id is None else _get(category_id)
    row.name, row.slug, row.position = name.strip(), slug, position
    if names is not None:
        row.names = store_names(names)
    row.parent = None if parent_id is None else _get(parent_id)
    row.path = path_of(row)
    if len(row.path) > 1000 or len(row.name) > 200:
        raise Invalid.field(
            "name", "too_long", "A category has a name of at most 200 characters and a path of at most 1000."
        )
    try:
        row.save()
    except IntegrityError as error:
        raise Invalid.field("slug", "taken", f"There is a category {row.path!r} already.") from error
    category_changed(category_id=row.id)
    return selectors.to_category(row)


@messaging.command
def delete_category(*, category_id: UUID) -> None:
    lock_tree()
    row = _get(category_id)
    if row.children.exists() or row.product_links.exists():
        raise CategoryInUse(f"Category {row.path} still has products or children; move them first.")
    category_removed(category_id=category_id)
    row.delete()


@messaging.command
def ensure_categories(*, paths: Sequence[Sequence[str]]) -> None:
    for names in paths:
        ensure_category(steps=[CategoryStep(name=name) for name in names])


def slug_for(name: str) -> str:
    """Return the slug that a category of this name gets."""
    return slugify(name)[:100].strip("-_") or "other"


def ensure_category(*, steps: Sequence[CategoryStep]) -> str:
    """Inside a transaction: return the path of the category that `steps` lead to from the root, making what is missing."""
    path, parent = "", None
    for step in steps:
        slug = step.slug or slug_for(step.name)
        path = f"{path}/{slug}" if path else slug
        found = models.Category.objects.filter(path=path).first()
        if found is None:
            lock_tree()
            place = _place_behind(models.Category.objects.filter(parent=parent))
            found, made = models.Category.objects.get_or_create(
                path=path, defaults={"name": step.name[:200], "slug": slug, "parent": parent, "position": place}
            )
            if made:
                category_changed(category_id=found.id)
        parent = found
    return path


def _place_behind(siblings: QuerySet[models.Category]) -> int:
    """Return the position behind siblings that somebody put in an order; where nobody did, all stand by name."""
    last = siblings.aggregate(last=Max("position"))["last"]
    return last + 1 if last else 0


def path_of(row: models.Category) -> str:
    """Return the path from the row's parent and slug; Invalid where the parent lies below the row itself."""
    ancestor = row.parent
    while ancestor is not None:
        if ancestor.id == row.id:
            raise Invalid.field("parent", "cycle", "A category cannot lie below itself.")
        ancestor = ancestor.parent
    return f"{row.parent.path}/{row.slug}" if row.parent else row.slug


def category_changed(*, category_id: UUID) -> None:
    """Inside a transaction: bring the paths of the branch to its root's and publish each node that moved, and the root."""
    row = _get(category_id)
    row.version += 1
    row.save(update_fields=["version"])
    messaging.publish(CategoryChanged(category_id=row.id, category=selectors.to_category(row)), version=row.version)
    for child in row.children.order_by("id"):
        if child.path != (path := f"{row.path}/{child.slug}"):
            models.Category.objects.filter(id=child.id).update(path=path)
            category_changed(category_id=child.id)


def category_removed(*, category_id: UUID) -> None:
    """Inside a transaction, before the row goes: publish the removal."""
    messaging.publish(CategoryRemoved(category_id=category_id), version=_get(category_id).version + 1)


def _get(category_id: UUID) -> models.Category:
    row = models.Category.objects.filter(id=category_id).first()
    if row is None:
        raise CategoryNotFound(f"There is no category {category_id}.")
    return row


def lock_tree() -> None:
    """Hold the tree still: two moves at once could otherwise close a cycle. Readers and product links go on."""
    with connections[alias_for("catalog")].cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_category IN SHARE ROW EXCLUSIVE MODE")
