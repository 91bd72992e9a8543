"""Titles that are spelt alike, by trigrams. The function sets the threshold that its index operator compares with."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION search_find_alike(wanted_language text, wanted_currency text, wanted text)
    RETURNS TABLE (id uuid, likeness real) LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.2 AS $$
        SELECT d.id, strict_word_similarity(wanted, d.words) FROM search_productdocument d
        WHERE d.language = wanted_language AND d.currency = wanted_currency AND d.words %>> wanted
    $$;
"""
DROP = "DROP FUNCTION search_find_alike(text, text, text)"


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
