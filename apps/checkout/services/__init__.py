"""Writes of checkout, and the quote that everything is decided by."""
