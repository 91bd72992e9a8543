"""Keeping documents true. A document row is rewritten only where its bytes differ, and only then do cached answers go.

Products, categories and availability arrive on separate keys, so in any order and at once. Every writer locks in one order:
the product as a whole, availability rows by id, categories by id, product rows by id. Whoever comes second reads what the first committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connections, transaction

from apps.catalog.contracts import Category, Product, ProductStatus
from apps.kernel import codec
from apps.kernel.ids import uuid7
from apps.persistence.databases import alias_for
from apps.search import models
from apps.search.languages import shop_language, stemmer
from apps.search.rendering import Document, render
from apps.web import answers

CATALOGUE: Final = "catalogue"

_LOCK_AVAILABILITY = """
    INSERT INTO search_indexedavailability (variant_id, in_stock)
    SELECT id, false FROM unnest(%s::uuid[]) id ORDER BY id
    ON CONFLICT (variant_id) DO UPDATE SET in_stock = search_indexedavailability.in_stock
    RETURNING variant_id, in_stock
"""
_SET_AVAILABILITY = """
    INSERT INTO search_indexedavailability AS known (variant_id, in_stock)
    SELECT id, now_in_stock FROM unnest(%s::uuid[], %s::boolean[]) told(id, now_in_stock) ORDER BY id
    ON CONFLICT (variant_id) DO UPDATE SET in_stock = excluded.in_stock WHERE known.in_stock <> excluded.in_stock
    RETURNING variant_id
"""
_TOLD_CATEGORIES = """
    INSERT INTO search_indexedcategory AS known (category_id, name, slug, path, parent_id, position)
    SELECT * FROM json_to_recordset(%s)
        AS told(category_id uuid, name text, slug text, path text, parent_id uuid, position integer)
    ORDER BY 1
"""
# Inserts what is missing, locks the rest as it is.
_LOCK_CATEGORIES = f"""
    {_TOLD_CATEGORIES} ON CONFLICT (category_id) DO UPDATE SET position = known.position
    RETURNING category_id, name, slug, path, parent_id, position
"""
_SET_CATEGORIES = f"""
    {_TOLD_CATEGORIES} ON CONFLICT (category_id) DO UPDATE SET name = excluded.name, slug = excluded.slug, path = excluded.path,
        parent_id = excluded.parent_id, position = excluded.position
"""
_KEEP_PRODUCT = """
    INSERT INTO search_indexedproduct AS known (product_id, version, payload, variant_ids, category_ids)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (product_id) DO UPDATE SET version = excluded.version, payload = excluded.payload,
        variant_ids = excluded.variant_ids, category_ids = excluded.category_ids
    WHERE known.version <= excluded.version
    RETURNING version
"""
_WRITE_DOCUMENTS = """
    WITH gone AS (
        DELETE FROM search_productdocument
        WHERE product_id = %(product_id)s AND (language <> %(language)s OR currency <> ALL(%(currencies)s)) RETURNING 1
    ), written AS (
        INSERT INTO search_productdocument AS known (id, product_id, language, currency, slug, title, card, detail, price, in_stock,
            category_paths, published_at, words, vector)
        SELECT id, %(product_id)s, %(language)s, currency, slug, title, card, detail, price, in_stock, category_paths, published_at,
            lower(unaccent(title)),
            setweight(to_tsvector(%(stemmer)s::regconfig, unaccent(title)), 'A')
            || setweight(to_tsvector(%(stemmer)s::regconfig, unaccent(keywords)), 'B')
            || setweight(to_tsvector('simple', codes), 'B')
            || setweight(to_tsvector(%(stemmer)s::regconfig, unaccent(left(body, 100000))), 'C')
        FROM json_to_recordset(%(documents)s) AS told(id uuid, currency text, slug text, title text, card text, detail text,
            price numeric, in_stock boolean, category_paths text[], published_at timestamptz, keywords text, codes text, body text)
        ON CONFLICT (product_id, language, currency) DO UPDATE SET slug = excluded.slug, title = excluded.title,
            card = excluded.card, detail = excluded.detail, price = excluded.price, in_stock = excluded.in_stock,
            category_paths = excluded.category_paths, published_at = excluded.published_at, words = excluded.words,
            vector = excluded.vector, updated_at = statement_timestamp()
        WHERE (known.card, known.detail, known.category_paths, known.published_at)
            IS DISTINCT FROM (excluded.card, excluded.detail, excluded.category_paths, excluded.published_at)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


def index_product(product: Product) -> None:
    """Take over a product, unless a later version is here already, and bring its documents up to date."""
    lock_product(product.id)
    in_stock = lock_availability([variant.id for variant in product.variants])
    categories = _lock_categories(product.categories)
    kept = _rows(
        _KEEP_PRODUCT,
        [
            product.id,
            product.version,
            orjson.dumps(codec.encode(product)).decode(),
            [variant.id for variant in product.variants],
            [category.id for category in product.categories],
        ],
    )
    if kept:
        _write(product, in_stock=in_stock, categories=categories)


def remove_product(*, product_id: UUID) -> None:
    """Forget a product and its documents."""
    lock_product(product_id)
    models.IndexedProduct.objects.filter(product_id=product_id).delete()
    _write_documents(product_id=product_id, documents=())


def set_availability(*, in_stock: Mapping[UUID, bool]) -> None:
    """Take over whether variants can be bought; where that is new, bring the documents of their products up to date."""
    if crossed := store_availability(in_stock):
        _rewrite(models.IndexedProduct.objects.filter(variant_ids__overlap=crossed))


def store_availability(in_stock: Mapping[UUID, bool]) -> list[UUID]:
    """Take over whether variants can be bought without looking at products; return the variants for which that is new."""
    return [row[0] for row in _rows(_SET_AVAILABILITY, [list(in_stock), list(in_stock.values())])]


def lock_product(product_id: UUID) -> None:
    """Hold off other writers of the whole product, also where search has no row of it yet."""
    _rows("SELECT pg_advisory_xact_lock(hashtextextended('search:' || %s, 0))", [str(product_id)])


def lock_availability(variant_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Lock what is known of variants, inserting what is missing; return whether each can be bought."""
    return dict(_rows(_LOCK_AVAILABILITY, [list(variant_ids)])) if variant_ids else {}


def index_category(category: Category) -> None:
    """Take over a category and bring the documents of its products up to date."""
    set_categories([category])
    _rewrite(models.IndexedProduct.objects.filter(category_ids__contains=[category.id]))


def set_categories(categories: Sequence[Category]) -> None:
    """Take over categories without looking at products."""
    _execute(_SET_CATEGORIES, [_encode_categories(categories)])
    _forget_answers()


def lock_tree() -> None:
    """Hold off every other writer of categories until the end of the transaction."""
    _execute("LOCK TABLE search_indexedcategory IN SHARE ROW EXCLUSIVE MODE", None)


def replace_categories(categories: Sequence[Category]) -> None:
    """Take over the whole tree without looking at products; what is not in it goes."""
    set_categories(categories)
    models.IndexedCategory.objects.exclude(category_id__in=[category.id for category in categories]).delete()


def remove_category(*, category_id: UUID) -> None:
    """Forget a category; it had no products."""
    models.IndexedCategory.objects.filter(category_id=category_id).delete()
    _forget_answers()


def _rewrite(rows: Any) -> None:
    """Render known products again, their rows locked in order of id."""
    for row in rows.select_for_update(no_key=True).order_by("product_id"):
        product = codec.decode(Product, row.payload)
        known = models.IndexedAvailability.objects.filter(variant_id__in=row.variant_ids)
        categories = models.IndexedCategory.objects.filter(category_id__in=row.category_ids)
        _write(
            product,
            in_stock=dict(known.values_list("variant_id", "in_stock")),
            categories={c.category_id: _to_category(c) for c in categories},
        )


def _to_category(row: models.IndexedCategory) -> Category:
    return Category(
        id=row.category_id, name=row.name, slug=row.slug, path=row.path, parent_id=row.parent_id, position=row.position
    )


def _write(product: Product, *, in_stock: Mapping[UUID, bool], categories: Mapping[UUID, Category]) -> None:
    shown = product.status is ProductStatus.PUBLISHED
    documents = render(product, in_stock=in_stock, categories=categories) if shown else ()
    _write_documents(product_id=product.id, documents=documents)


def _write_documents(*, product_id: UUID, documents: Sequence[Document]) -> None:
    language = shop_language()
    parameters = {
        "product_id": product_id,
        "language": language,
        "stemmer": stemmer(language),
        "currencies": [document.currency for document in documents],
        "documents": orjson.dumps([{"id": str(uuid7()), **asdict(document)} for document in documents]).decode(),
    }
    if _rows(_WRITE_DOCUMENTS, parameters)[0][0]:
        _forget_answers()


def _lock_categories(told: Sequence[Category]) -> dict[UUID, Category]:
    """Return what is known of these categories, their rows locked; what is not known yet is taken from `told`."""
    if not told:
        return {}
    found = _rows(_LOCK_CATEGORIES, [_encode_categories(told)])
    return {
        row[0]: Category(id=row[0], name=row[1], slug=row[2], path=row[3], parent_id=row[4], position=row[5])
        for row in found
    }


def _encode_categories(categories: Sequence[Category]) -> str:
    rows = [{**codec.encode(category), "category_id": str(category.id)} for category in categories]
    return orjson.dumps(rows).decode()


def _forget_answers() -> None:
    """Once per transaction, after its commit, let go of the cached answers."""
    alias = alias_for("search")
    if not any(waiting[1] is _bump for waiting in connections[alias].run_on_commit):
        transaction.on_commit(_bump, using=alias, robust=True)


def _bump() -> None:
    answers.bump_generation(CATALOGUE)


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connections[alias_for("search")].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _execute(sql: str, parameters: Any) -> None:
    with connections[alias_for("search")].cursor() as cursor:
        cursor.execute(sql, parameters)
