"""Pictures: where their files lie, and whether those of other shops are fetched."""

import os
from ipaddress import ip_network

from ecommerce.settings import env
from ecommerce.settings.core import STATE_DIR

# Shared by every web and worker process; part of the backup, like the database.
MEDIA_ROOT = env.folder("MEDIA_ROOT", example="/srv/media", default=os.path.join(STATE_DIR, "media"))
# Without it, pictures of imported products stay at the addresses in the file.
IMAGE_FETCH = env.boolean("IMAGE_FETCH", default=True)
# Pictures come from public addresses, and from these networks, such as that of a server of one's own.
IMAGE_FETCH_NETWORKS = env.read(
    "IMAGE_FETCH_NETWORKS",
    lambda raw: [ip_network(word.strip()) for word in raw.split(",") if word.strip()],
    example="10.20.0.0/16",
    default="",
)
