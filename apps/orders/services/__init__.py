"""Writes of orders. `recording` changes an order; everything else decides what to record."""
