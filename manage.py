#!/usr/bin/env python
"""Django's command line for this project, for the shop that bin/up runs or the one that the environment names."""

import os
import sys

if __name__ == "__main__":
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from ecommerce.local.attach import explain_unreachable, use_running_shop

    use_running_shop()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")
    except OperationalError as error:
        if "connection" not in str(error):
            raise
        sys.exit(explain_unreachable(error))
