"""The shop's own settings in the test environment, plus an app that listens: the messaging probe."""

import os

from ecommerce.local.throwaway import ensure_servers

os.environ.setdefault("SHOP_ENVIRONMENT", "test")
# Before the settings are read: they name the servers.
ensure_servers()

from ecommerce.settings import *  # noqa: F403, E402 - the servers come first

INSTALLED_APPS += ["tests.messaging.probe"]  # noqa: F405
# Until the end of the test (tests/conftest.py), however long it takes.
REMEMBERED_SECONDS = 3600
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
