"""Hold every category's path at its parent's path + "/" + slug, at commit. No finite path fits a cycle, so none can exist."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION catalog_check_category_path() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM catalog_category node LEFT JOIN catalog_category parent ON parent.id = node.parent_id
            WHERE (node.id = NEW.id OR node.parent_id = NEW.id)
              AND node.path IS DISTINCT FROM coalesce(parent.path || '/', '') || node.slug
        ) THEN
            RAISE EXCEPTION 'category % does not fit its path', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'catalog_category_path_fits_parent';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER catalog_category_path_fits_parent
        AFTER INSERT OR UPDATE ON catalog_category DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION catalog_check_category_path();
"""
DROP = """
    DROP TRIGGER catalog_category_path_fits_parent ON catalog_category;
    DROP FUNCTION catalog_check_category_path();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
