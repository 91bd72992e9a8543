"""App configuration."""

from django.apps import AppConfig


class PersistenceConfig(AppConfig):
    name = "apps.persistence"
