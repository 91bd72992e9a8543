"""Pictures: where their files lie."""

import os

from ecommerce.settings import env
from ecommerce.settings.core import STATE_DIR

# Shared by every web and worker process; part of the backup, like the database.
MEDIA_ROOT = env.text("MEDIA_ROOT", example="/srv/media", default=os.path.join(STATE_DIR, "media"))
