"""Secrets, hosts, cookies, headers."""

import re
from urllib.parse import urlsplit

from django.http.request import validate_host

from ecommerce.settings import env
from ecommerce.settings.media import IMAGE_FETCH
from ecommerce.settings.payments import STRIPE_API_BASE
from ecommerce.settings.shop import SOCKETS_URL, STOREFRONT_URL

SECRET_KEY = env.text("SECRET_KEY", example="50 or more random characters")
if env.ENVIRONMENT in ("staging", "prod", "local") and (SECRET_KEY.startswith("insecure") or len(SECRET_KEY) < 50):
    env.refuse(
        "SECRET_KEY",
        "is a default or shorter than 50 characters",
        "$(python -c 'import secrets; print(secrets.token_urlsafe(64))')",
    )
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", example="shop.example.com", default=urlsplit(STOREFRONT_URL).hostname)
for _pattern in ALLOWED_HOSTS:
    if not re.fullmatch(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9a-fA-F:.]+\]", _pattern):
        env.refuse("ALLOWED_HOSTS", f"has {_pattern!r}, which is not the name of a host", "shop.example.com")
_host = urlsplit(STOREFRONT_URL).hostname or ""
if not validate_host(_host, ALLOWED_HOSTS):
    env.refuse(
        "ALLOWED_HOSTS",
        f"is {','.join(ALLOWED_HOSTS)!r}, which leaves out {_host!r}, the host of STOREFRONT_URL: every page would be refused",
        ",".join([*ALLOWED_HOSTS, _host]),
        beside=("STOREFRONT_URL",),
    )
CSRF_TRUSTED_ORIGINS = [STOREFRONT_URL]

MIDDLEWARE = [
    "apps.web.middleware.RequestIdMiddleware",
    "apps.web.middleware.MetricsMiddleware",
    "apps.web.middleware.SecurityHeadersMiddleware",
    "apps.web.languages.LanguageMiddleware",
    "apps.web.middleware.PageCommonMiddleware",
    "apps.web.middleware.PageSessionMiddleware",
    "apps.web.middleware.PageCsrfMiddleware",
    "apps.web.middleware.PageAuthenticationMiddleware",
    "apps.web.middleware.PageMessageMiddleware",
    "apps.web.middleware.PageRefusalMiddleware",
]

_secure = env.boolean("SECURE_COOKIES", default=True)
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", example="31536000", default=0)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_TLS_PROXY", default=False) else None
)
# Strict for shop and API; the admin has its own, since its theme evaluates expressions and styles inline.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:" if IMAGE_FETCH else "img-src 'self' data: https:",
        f"connect-src 'self' {SOCKETS_URL}",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # A form that pays is led on to the provider, and from there to a bank: browsers hold the whole way against this.
        f"form-action 'self' https: {STRIPE_API_BASE}",
    ]
)
ADMIN_CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: https:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ]
)
