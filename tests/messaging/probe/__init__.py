"""An app that exists in tests only: publishes facts and records, in its own table, what its handlers applied."""
