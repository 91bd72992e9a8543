"""Installed apps, URLs, templates, static files, languages, time."""

import os

from whitenoise.compress import Compressor

from ecommerce.settings import env

DEBUG = env.boolean("DEBUG", default=False)
ROOT_URLCONF = "ecommerce.urls"
WSGI_APPLICATION = "ecommerce.wsgi.application"
ASGI_APPLICATION = "ecommerce.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "apps.backoffice",  # before unfold: its opening page stands in for unfold's
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_prometheus",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "apps.persistence",
    "apps.messaging",
    "apps.web",
    "apps.media",
    "apps.addressing",
    "apps.brand",
    "apps.content",
    "apps.accounts",
    "apps.catalog",
    "apps.inventory",
    "apps.payments",
    "apps.pricing",
    "apps.shipping",
    "apps.orders",
    "apps.checkout",
    "apps.notifications",
    "apps.search",
    "apps.storefront",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# What products and the pages of staff are written in; pages and mails for buyers are there in the others too.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
# Rows, logs and the API keep UTC.
TIME_ZONE = env.time_zone("TIME_ZONE", example="Europe/Berlin", default="UTC")
USE_I18N = True
USE_TZ = True

STATE_DIR = env.folder("STATE_DIR", example="/var/lib/shop", default=str(env.BASE_DIR / "var"))
STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", example="/srv/static", default=os.path.join(STATE_DIR, "static"))
_STATIC_STORAGES = {
    "dev": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
    # Hashed names as in production; compressing a thousand files takes longer than the whole first start may.
    "local": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": _STATIC_STORAGES.get(env.ENVIRONMENT, "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Maps are read by nobody but a developer's tools, and compressing them takes longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
