"""The shop's own settings in the test environment, plus an app that listens: the messaging probe."""

import os

os.environ.setdefault("SHOP_ENVIRONMENT", "test")

from ecommerce.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.messaging.probe"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
