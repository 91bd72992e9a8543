"""Writes of catalog."""
