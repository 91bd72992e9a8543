"""A local stand-in for Stripe: a stand-alone process that imports nothing of the shop."""
