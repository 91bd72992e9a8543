"""What the web processes serve; `ecommerce.web` loads it before it forks them.

Outside in: kept answers of public GETs, static files, bodies read to their end, Django.
"""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
_django = get_wsgi_application()

from apps.web.bodies import ReadBodies  # noqa: E402 - needs the apps that the line above makes ready
from apps.web.fastpath import FastPath  # noqa: E402 - likewise
from apps.web.static import serve_static  # noqa: E402 - likewise
from ecommerce.collector import spare_loaded  # noqa: E402 - likewise

application = FastPath(serve_static(ReadBodies(_django)))

import_module(settings.ROOT_URLCONF)  # else the first request would
spare_loaded()
