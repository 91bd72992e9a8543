"""Adapters to payment providers: the only code that knows their clients."""
