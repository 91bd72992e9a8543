"""Payment providers, each behind the same protocol (`base.Gateway`). Only this package knows their clients and minor units."""
