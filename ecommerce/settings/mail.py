"""Outgoing mail: an SMTP server, or a folder of .eml files."""

from urllib.parse import unquote

from ecommerce.settings import env

_url = env.url("EMAIL_URL", schemes=("smtp", "smtps", "file"), example="smtp://user:secret@mail.example.com:587")
if _url.scheme == "file":
    EMAIL_BACKEND = "apps.notifications.gateways.folder.EmlFolderBackend"
    EMAIL_FILE_PATH = unquote(_url.path)
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _url.hostname or ""
    EMAIL_PORT = _url.port or 587
    EMAIL_HOST_USER = unquote(_url.username or "")
    EMAIL_HOST_PASSWORD = unquote(_url.password or "")
    EMAIL_USE_SSL = _url.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.address("DEFAULT_FROM_EMAIL", example="Shop <orders@example.com>")
