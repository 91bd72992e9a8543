"""How documents are read in a language: the pieces of statements that differ by it, and the parameters that they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.search.languages import shop_language, spoken, stemmer

# Documents that match as full text or, where none does, titles that are spelt alike, but for those much less so than the best.
# Codes are indexed without stemming, so both readings of the words count.
_HITS: Final = """
    WITH asked AS MATERIALIZED (
        SELECT {words} AS words, lower(unaccent(%(q)s)) AS plain
    ), exact AS MATERIALIZED (
        SELECT d.id, {rank} AS rank FROM asked, search_productdocument d
        {where} AND d.vector @@ asked.words
    ), hits AS MATERIALIZED (
        SELECT id, rank FROM exact
        UNION ALL
        SELECT alike.id, round(alike.likeness::numeric, 6)
        FROM (SELECT id, likeness, max(likeness) OVER () AS most FROM ({alike}) found) alike
        WHERE NOT EXISTS (SELECT FROM exact) AND likeness >= 0.5 * most
    )
"""
_WORDS: Final = "websearch_to_tsquery({stemmer}::regconfig, unaccent(%(q)s))"
_SIMPLE_WORDS: Final = _WORDS.format(stemmer="'simple'")
_ALIKE: Final = "SELECT * FROM search_find_alike({language}, %(currency)s, lower(unaccent(%(q)s)))"
# Ranking reads every vector that matches: left out where the order is another. Of words that stemming leaves out, as the "t" of "t shirt",
# only the title knows: one that has all that was typed counts twice.
_RANK: Final = (
    "ts_rank_cd(d.vector, asked.words) * CASE WHEN strict_word_similarity(asked.plain, d.words) = 1 THEN 2 ELSE 1 END"
)
_RANKS: Final = {True: f"round(({_RANK})::numeric, 6)", False: "0::numeric"}


@dataclass(frozen=True, slots=True)
class Reading:
    """The pieces of statements that differ by the language asked for.

    Documents `d` are read where `where` holds, or part by part where each of `parts` does: those of one language are in order in an index,
    those of two together are not. `words` is what is searched for, `alike` the titles spelt like it; `category_name` is what a category
    `c` is called, `values` unnests a document's option values with what they read.
    """

    where: str
    parts: tuple[str, ...]
    words: str
    alike: str
    category_name: str
    values: str

    def hits(self, *, ranked: bool) -> str:
        """Return the beginning of a statement that searches."""
        return _HITS.format(words=self.words, where=self.where, alike=self.alike, rank=_RANKS[ranked])

    def first(self, *, key: str, direction: str, conditions: str, limit: int) -> str:
        """Return the statement of the first documents in the order of an expression: card, key and product id, the latter two as text."""
        begin, order = (
            "FROM search_productdocument d",
            f"ORDER BY {key} {direction}, d.product_id {direction} LIMIT {limit}",
        )
        if len(self.parts) == 1:
            columns = f"d.card, ({key})::text, d.product_id::text"
            return f"SELECT {columns} {begin} {self.where} AND {conditions} {order}"
        parts = (
            f"(SELECT d.card, {key} AS key, d.product_id {begin} {part} AND {conditions} {order})"
            for part in self.parts
        )
        found = " UNION ALL ".join(parts)
        return (
            f"SELECT d.card, d.key::text, d.product_id::text FROM ({found}) d"  # noqa: S608 - put together from fixed pieces
            f" ORDER BY d.key {direction}, d.product_id {direction} LIMIT {limit}"
        )


_IN_LANGUAGE: Final = "WHERE d.language = %(language)s AND d.currency = %(currency)s"
# Where a product has no document in the language asked for, that in the shop's own stands in.
_STANDING_IN: Final = (
    "WHERE d.language = %(own_language)s AND d.currency = %(currency)s"
    " AND NOT d.translated @> ARRAY[%(language)s::varchar]"
)
OWN: Final = Reading(
    where=_IN_LANGUAGE,
    parts=(_IN_LANGUAGE,),
    words=f"{_WORDS.format(stemmer='%(stemmer)s')} || {_SIMPLE_WORDS}",
    alike=_ALIKE.format(language="%(language)s"),
    category_name="c.name",
    values="unnest(option_values) WITH ORDINALITY o(value, place)",
)
_TRANSLATED: Final = Reading(
    where="WHERE d.currency = %(currency)s AND (d.language = %(language)s"
    " OR d.language = %(own_language)s AND NOT d.translated @> ARRAY[%(language)s::varchar])",
    parts=(_IN_LANGUAGE, _STANDING_IN),
    words=f"{OWN.words} || {_WORDS.format(stemmer='%(own_stemmer)s')}",
    alike=f"{OWN.alike} UNION ALL {_ALIKE.format(language='%(own_language)s')}",
    category_name="coalesce(c.names ->> %(language)s, c.name)",
    values="unnest(option_values, shown_values) WITH ORDINALITY o(value, shown, place)",
)


def read_in(language: str) -> tuple[Reading, dict[str, str]]:
    """Return how to read in a language, and the parameters of that."""
    own = shop_language()
    told = spoken(language)
    parameters = {"language": told, "stemmer": stemmer(told)}
    if told == own:
        return OWN, parameters
    return _TRANSLATED, {**parameters, "own_language": own, "own_stemmer": stemmer(own)}
