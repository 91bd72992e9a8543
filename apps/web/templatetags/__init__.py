"""Filters of templates that any app may load."""
