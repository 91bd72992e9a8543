"""Django settings, split by concern. Values come from the environment through `env`; nothing else reads it."""

from ecommerce.settings import env
from ecommerce.settings.auth import *  # noqa: F403 - Django reads one flat namespace
from ecommerce.settings.cache import *  # noqa: F403
from ecommerce.settings.celery import *  # noqa: F403
from ecommerce.settings.channels import *  # noqa: F403
from ecommerce.settings.core import *  # noqa: F403
from ecommerce.settings.database import *  # noqa: F403
from ecommerce.settings.limits import *  # noqa: F403
from ecommerce.settings.mail import *  # noqa: F403
from ecommerce.settings.media import *  # noqa: F403
from ecommerce.settings.messaging import *  # noqa: F403
from ecommerce.settings.observability import *  # noqa: F403
from ecommerce.settings.payments import *  # noqa: F403
from ecommerce.settings.rest import *  # noqa: F403
from ecommerce.settings.security import *  # noqa: F403
from ecommerce.settings.shop import *  # noqa: F403
from ecommerce.settings.unfold import *  # noqa: F403

env.require_all_right()
