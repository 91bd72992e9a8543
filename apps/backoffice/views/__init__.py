"""Staff pages that compose several apps, inside the admin's frame."""
