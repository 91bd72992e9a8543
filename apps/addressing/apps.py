"""App configuration."""

from django.apps import AppConfig


class AddressingConfig(AppConfig):
    name = "apps.addressing"
