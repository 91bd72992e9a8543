"""Steps that need Django once before the shop serves: `python -m ecommerce.local.prepare settings|database|static`.

One process per step, since starting Django costs more than most of them. A wrong setting is one line, no traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from whitenoise.compress import Compressor

from ecommerce.local.files import write_private_json
from ecommerce.local.state import ENVIRONMENT_FILE

WRONG_SETTING_STATUS = 2
# What libraries bring for pages that this shop does not have: another API viewer, the browsable API.
_UNUSED_STATIC = ["redoc", "rest_framework"]


def main(arguments: list[str]) -> int:
    """Run one step; return the exit status."""
    parser = argparse.ArgumentParser(prog="ecommerce.local.prepare")
    parser.add_argument("step", choices=("settings", "database", "static"))
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--staff-email", default="")
    options = parser.parse_args(arguments)
    try:
        if options.step == "settings":
            return _check_settings()
        django.setup()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTING_STATUS
    if options.step == "static":
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=_UNUSED_STATIC)
        _compress_static()
        return 0
    _prepare_database(demo=options.demo, staff_email=options.staff_email)
    return 0


def _check_settings() -> int:
    if not settings.INSTALLED_APPS:
        return WRONG_SETTING_STATUS
    _note_settings()
    return 0


def _compress_static() -> None:
    """Put compressed twins beside what shoppers fetch; all thousand files would take longer than the whole first start may."""
    compressor = Compressor(quiet=True)
    for folder, _, names in os.walk(os.path.join(settings.STATIC_ROOT, "storefront")):
        for name in filter(compressor.should_compress, names):
            compressor.compress(os.path.join(folder, name))


def _note_settings() -> None:
    """Leave what was set of the settings in the state folder for `manage.py`; the rest of the environment is nobody's."""
    # Imported late: importing it reads every setting.
    from ecommerce.settings import env

    names = (*sorted(env.asked), "DJANGO_SETTINGS_MODULE", "SHOP_PROFILE", "STATE_DIR")
    given = {name: os.environ[name] for name in names if os.environ.get(name)}
    write_private_json(Path(os.environ["STATE_DIR"]) / ENVIRONMENT_FILE, given)


def _prepare_database(*, demo: bool, staff_email: str) -> None:
    call_command("migrate", interactive=False, verbosity=1)
    call_command("ensure_roles")
    if staff_email:
        call_command("ensure_staff", "--email", staff_email, "--password-env", "STAFF_PASSWORD")
    if demo:
        call_command("load_demo")
        # Documents follow products by event, but nothing delivers events yet: the shop would open empty.
        call_command("rebuild_search")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
