"""App configuration."""

from django.apps import AppConfig


class BrandConfig(AppConfig):
    name = "apps.brand"
