"""Ways out of the shop: mail."""
