"""Lists, newest first, with Stripe's cursors: https://docs.stripe.com/api/pagination."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from .errors import invalid, not_found
from .params import Params
from .store import Json, Transaction

LIST_PARAMS = frozenset({"limit", "starting_after", "ending_before", "created"})
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_CLAUSE = re.compile(
    r"""^(?:metadata\[['"]([^'"]+)['"]\]|(status|currency|amount|customer))\s*[:=]\s*['"]?([^'"]*)['"]?$"""
)


def select(
    tx: Transaction,
    kind: str,
    params: Params,
    *,
    url: str,
    conditions: Sequence[str] = (),
    values: Sequence[Any] = (),
) -> Json:
    """One page of documents of `kind`; `conditions` are SQL over `objects o`."""
    where = ["o.kind = ?", *conditions]
    bound: list[Any] = [kind, *values]
    _add_created(params, where, bound)
    descending = _add_cursor(tx, kind, params, where, bound)
    limit = read_limit(params)
    order = "DESC" if descending else "ASC"
    found = _fetch(tx, where, bound, order=order, limit=limit + 1)
    data = found[:limit]
    if not descending:
        data.reverse()
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": data}


def read_limit(params: Params) -> int:
    limit = params.integer("limit")
    if limit is None:
        return 10
    if not 1 <= limit <= 100:
        raise invalid("Limit must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    return limit


def search(tx: Transaction, kind: str, params: Params, *, url: str) -> Json:
    """`metadata['order_id']:'7' AND status:'succeeded'` (https://docs.stripe.com/search)."""
    params.reject_unknown({"query", "limit", "page"})
    where, bound = ["o.kind = ?"], [kind]
    for clause in re.split(r"\s+AND\s+", params.required_text("query").strip(), flags=re.IGNORECASE):
        match = _CLAUSE.match(clause.strip())
        if match is None:
            raise invalid(f"We were unable to parse your search query near '{clause}'.", param="query")
        path = f'$.metadata."{match[1]}"' if match[1] else f"$.{match[2]}"
        where.append("CAST(json_extract(o.body, ?) AS TEXT) = ?")
        bound += [path, match[3]]
    offset = params.integer("page") or 0
    limit = read_limit(params)
    found = _fetch(tx, where, bound, order="DESC", limit=limit + 1, offset=offset)
    more = len(found) > limit
    return {
        "object": "search_result",
        "url": url,
        "has_more": more,
        "next_page": str(offset + limit) if more else None,
        "data": found[:limit],
    }


def _fetch(
    tx: Transaction, where: list[str], bound: list[Any], *, order: str, limit: int, offset: int = 0
) -> list[Json]:
    clauses = " AND ".join(where)
    sql = f"SELECT o.body FROM objects o WHERE {clauses} ORDER BY o.seq {order} LIMIT ? OFFSET ?"  # noqa: S608 - clauses are literals of this package; all values are bound
    return [json.loads(row[0]) for row in tx.run(sql, *bound, limit, offset)]


def _add_created(params: Params, where: list[str], bound: list[Any]) -> None:
    if "created" not in params:
        return
    if not params.is_mapping("created"):
        where.append("o.created = ?")
        bound.append(params.integer("created"))
        return
    bounds = params.mapping("created")
    for name, comparison in _COMPARISONS.items():
        value = bounds.integer(name)
        if value is not None:
            where.append(f"o.created {comparison} ?")
            bound.append(value)


def _add_cursor(tx: Transaction, kind: str, params: Params, where: list[str], bound: list[Any]) -> bool:
    """Adds the cursor's condition; returns whether rows are to be read newest first."""
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        cursor = params.text(name)
        if cursor is None:
            continue
        row = tx.run("SELECT seq FROM objects WHERE id = ? AND kind = ?", cursor, kind).fetchone()
        if row is None:
            raise not_found(kind, cursor, param=name)
        where.append(f"o.seq {comparison} ?")
        bound.append(row[0])
        return name == "starting_after"
    return True
