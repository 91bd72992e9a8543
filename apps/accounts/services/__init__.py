"""Writes of accounts: people, sign-ins, address books."""
