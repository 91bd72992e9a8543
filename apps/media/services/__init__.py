"""Writes of media: storing, rendering, fetching."""
