"""Orders in admin: read-only rows, and operations that each make one call, outside admin's transaction."""

from apps.orders.admin.orders import OrderAdmin

__all__ = ["OrderAdmin"]
