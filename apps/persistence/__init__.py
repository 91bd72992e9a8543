"""Model fields and migration operations that several apps share. Owns no table."""
