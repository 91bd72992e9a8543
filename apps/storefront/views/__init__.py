"""Pages, each one call of an app's interface."""
