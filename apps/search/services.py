"""Keeping documents true. A document row is rewritten only where its bytes differ, and only then do cached answers go.

Products, categories and availability arrive on separate keys, so in any order and at once. Every writer locks in one order:
the product as a whole, availability rows by id, categories by id, product rows by id. Whoever comes second reads what the first committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connections, transaction
from django.db.models import QuerySet

from apps.catalog.contracts import Category, Product, ProductStatus
from apps.inventory.contracts import StockStatus
from apps.kernel import codec
from apps.kernel.ids import uuid7
from apps.persistence.databases import alias_for
from apps.persistence.statements import fetch_all
from apps.search import models
from apps.search.languages import stemmer
from apps.search.rendering import Document, render
from apps.web import answers

CATALOGUE: Final = "catalogue"
_CHUNK: Final = 100  # products rendered at a time

_LOCK_AVAILABILITY = """
    INSERT INTO search_indexedavailability (variant_id, in_stock)
    SELECT id, false FROM unnest(%s::uuid[]) id ORDER BY id
    ON CONFLICT (variant_id) DO UPDATE SET in_stock = search_indexedavailability.in_stock
    RETURNING variant_id, in_stock, is_low
"""
# An array is one parameter; `IN` with as many as some products have variants would be more than a statement takes.
_AVAILABILITY = "SELECT variant_id, in_stock, is_low FROM search_indexedavailability WHERE variant_id = ANY(%s)"
_SET_AVAILABILITY = """
    INSERT INTO search_indexedavailability AS known (variant_id, in_stock, is_low)
    SELECT * FROM unnest(%s::uuid[], %s::boolean[], %s::boolean[]) told(id, now_in_stock, now_low) ORDER BY id
    ON CONFLICT (variant_id) DO UPDATE SET in_stock = excluded.in_stock, is_low = excluded.is_low
    WHERE (known.in_stock, known.is_low) IS DISTINCT FROM (excluded.in_stock, excluded.is_low)
    RETURNING variant_id
"""
_TOLD_CATEGORIES = """
    INSERT INTO search_indexedcategory AS known (category_id, name, names, slug, path, parent_id, position)
    SELECT * FROM json_to_recordset(%s)
        AS told(category_id uuid, name text, names jsonb, slug text, path text, parent_id uuid, position integer)
    ORDER BY 1
"""
# Inserts what is missing, locks the rest as it is.
_LOCK_CATEGORIES = f"""
    {_TOLD_CATEGORIES} ON CONFLICT (category_id) DO UPDATE SET position = known.position
    RETURNING category_id, name, slug, path, parent_id, position, names
"""
_SET_CATEGORIES = f"""
    {_TOLD_CATEGORIES} ON CONFLICT (category_id) DO UPDATE SET name = excluded.name, names = excluded.names, slug = excluded.slug,
        path = excluded.path, parent_id = excluded.parent_id, position = excluded.position
"""
_LOCK_PRODUCTS = """
    SELECT pg_advisory_xact_lock(hashtextextended('search:' || id, 0)) FROM unnest(%s::text[]) id
"""
_KEEP_PRODUCTS = """
    INSERT INTO search_indexedproduct AS known (product_id, version, payload, variant_ids, category_ids)
    SELECT * FROM json_to_recordset(%s)
        AS told(product_id uuid, version bigint, payload jsonb, variant_ids uuid[], category_ids uuid[])
    ORDER BY 1
    ON CONFLICT (product_id) DO UPDATE SET version = excluded.version, payload = excluded.payload,
        variant_ids = excluded.variant_ids, category_ids = excluded.category_ids
    WHERE known.version <= excluded.version
    RETURNING product_id
"""
_WRITE_DOCUMENTS = """
    WITH told AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(documents)s) AS told(id uuid, product_id uuid, currency text, slug text, title text, card text,
            detail text, price numeric, in_stock boolean, category_paths text[], published_at timestamptz, keywords text, codes text,
            body text, option_values text[], shown_values text[], translated text[], language text, stemmer regconfig)
    ), gone AS (
        DELETE FROM search_productdocument old
        WHERE product_id = ANY(%(product_ids)s) AND NOT EXISTS (SELECT FROM told
            WHERE told.product_id = old.product_id AND told.language = old.language AND told.currency = old.currency)
        RETURNING 1
    ), written AS (
        INSERT INTO search_productdocument AS known (id, product_id, language, currency, slug, title, card, detail, price, in_stock,
            category_paths, option_values, shown_values, translated, published_at, words, vector)
        SELECT id, product_id, language, currency, slug, title, card, detail, price, in_stock, category_paths, option_values,
            shown_values, translated, published_at,
            lower(unaccent(plain_title)),
            setweight(to_tsvector(stemmer, unaccent(plain_title)), 'A')
            || setweight(to_tsvector(stemmer, unaccent(keywords)), 'B')
            || setweight(to_tsvector('simple', codes), 'B')
            || setweight(to_tsvector(stemmer, unaccent(left(body, 100000))), 'C')
        FROM told CROSS JOIN LATERAL translate(title, chr(160) || chr(8239), '  ') plain_title
        ON CONFLICT (product_id, language, currency) DO UPDATE SET slug = excluded.slug, title = excluded.title,
            card = excluded.card, detail = excluded.detail, price = excluded.price, in_stock = excluded.in_stock,
            category_paths = excluded.category_paths, option_values = excluded.option_values,
            shown_values = excluded.shown_values, translated = excluded.translated,
            published_at = excluded.published_at, words = excluded.words,
            vector = excluded.vector, updated_at = statement_timestamp()
        WHERE (known.card, known.detail, known.category_paths, known.option_values, known.translated, known.published_at)
            IS DISTINCT FROM (excluded.card, excluded.detail, excluded.category_paths, excluded.option_values, excluded.translated,
                excluded.published_at)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


def lock_products(product_ids: Sequence[UUID]) -> None:
    """Hold off other writers of whole products, also where search has no row of them yet."""
    _execute(_LOCK_PRODUCTS, [sorted(map(str, product_ids))])


def index_products(products: Sequence[Product]) -> None:
    """Take over locked products, but for those of which a later version is here already, and bring their documents up to date."""
    if not products:
        return
    stock = lock_availability([variant.id for product in products for variant in product.variants])
    categories = _lock_categories({category.id: category for product in products for category in product.categories})
    kept = {
        row[0]
        for row in fetch_all(
            "search", _KEEP_PRODUCTS, [orjson.dumps([_encode(product) for product in products]).decode()]
        )
    }
    _write([product for product in products if product.id in kept], stock=stock, categories=categories)


def remove_products(product_ids: Sequence[UUID]) -> None:
    """Forget locked products and their documents."""
    if product_ids:
        models.IndexedProduct.objects.filter(product_id__in=product_ids).delete()
        _write_documents(product_ids=product_ids, documents=())


def set_availability(stock: Mapping[UUID, StockStatus]) -> None:
    """Take over how variants stand; where that is new, bring the documents of their products up to date."""
    if crossed := store_availability(stock):
        _rewrite(models.IndexedProduct.objects.filter(variant_ids__overlap=crossed))


def store_availability(stock: Mapping[UUID, StockStatus]) -> list[UUID]:
    """Take over how variants stand without looking at products; return the variants for which that is new."""
    in_stock = [status is not StockStatus.OUT for status in stock.values()]
    is_low = [status is StockStatus.LOW for status in stock.values()]
    return [row[0] for row in fetch_all("search", _SET_AVAILABILITY, [list(stock), in_stock, is_low])]


def lock_availability(variant_ids: Sequence[UUID]) -> dict[UUID, StockStatus]:
    """Lock what is known of variants, inserting what is missing; return how each stands."""
    return _read_availability(_LOCK_AVAILABILITY, variant_ids) if variant_ids else {}


def _read_availability(sql: str, variant_ids: Sequence[UUID]) -> dict[UUID, StockStatus]:
    rows = fetch_all("search", sql, [list(variant_ids)])
    return {
        variant_id: (StockStatus.LOW if is_low else StockStatus.IN) if in_stock else StockStatus.OUT
        for variant_id, in_stock, is_low in rows
    }


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


def _rewrite(rows: QuerySet[models.IndexedProduct]) -> None:
    """Render known products again, some at a time, their rows locked in order of id."""
    locked = rows.select_for_update(no_key=True).order_by("product_id").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(locked, _CHUNK)):
        variant_ids = [variant_id for row in chunk for variant_id in row.variant_ids]
        category_ids = {category_id for row in chunk for category_id in row.category_ids}
        categories = models.IndexedCategory.objects.filter(category_id__in=category_ids)
        _write(
            [codec.decode(Product, row.payload) for row in chunk],
            stock=_read_availability(_AVAILABILITY, variant_ids),
            categories={c.category_id: _to_category(c) for c in categories},
        )


def _to_category(row: models.IndexedCategory) -> Category:
    return Category(
        id=row.category_id,
        name=row.name,
        slug=row.slug,
        path=row.path,
        parent_id=row.parent_id,
        position=row.position,
        names=row.names,
    )


def _encode(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "version": product.version,
        "payload": codec.encode(product),
        "variant_ids": [variant.id for variant in product.variants],
        "category_ids": [category.id for category in product.categories],
    }


def _write(
    products: Sequence[Product], *, stock: Mapping[UUID, StockStatus], categories: Mapping[UUID, Category]
) -> None:
    documents = [
        document
        for product in products
        if product.status is ProductStatus.PUBLISHED
        for document in render(product, stock=stock, categories=categories)
    ]
    _write_documents(product_ids=[product.id for product in products], documents=documents)


def _write_documents(*, product_ids: Sequence[UUID], documents: Sequence[Document]) -> None:
    told = [{"id": uuid7(), "stemmer": stemmer(document.language), **asdict(document)} for document in documents]
    parameters = {"product_ids": list(product_ids), "documents": orjson.dumps(told).decode()}
    if fetch_all("search", _WRITE_DOCUMENTS, parameters)[0][0]:
        _forget_answers()


def _lock_categories(told: Mapping[UUID, Category]) -> dict[UUID, Category]:
    """Return what is known of these categories, their rows locked; what is not known yet is taken from `told`."""
    if not told:
        return {}
    found = fetch_all("search", _LOCK_CATEGORIES, [_encode_categories(told.values())])
    return {
        row[0]: Category(
            id=row[0],
            name=row[1],
            slug=row[2],
            path=row[3],
            parent_id=row[4],
            position=row[5],
            names=orjson.loads(row[6]),
        )
        for row in found
    }


def _encode_categories(categories: Iterable[Category]) -> str:
    rows = [{**codec.encode(category), "category_id": str(category.id)} for category in categories]
    return orjson.dumps(rows).decode()


def _forget_answers() -> None:
    """Once per transaction, after its commit, let go of the cached answers."""
    alias = alias_for("search")
    if not any(waiting[1] is _bump for waiting in connections[alias].run_on_commit):
        transaction.on_commit(_bump, using=alias, robust=True)


def _bump() -> None:
    answers.bump_generation(CATALOGUE)


def _execute(sql: str, parameters: Any) -> None:
    fetch_all("search", sql, parameters)
