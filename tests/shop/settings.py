"""The shop's own settings, and one language written from right to left, which only tests have: nobody translates it."""

from ecommerce.settings import *  # noqa: F403

LANGUAGES = [*LANGUAGES, ("ar", "العربية")]  # noqa: F405
