"""What ends a check before it has begun."""


class NotWhole(Exception):
    """The folder does not hold what a run leaves behind, so that nothing can be said of the shop; says what is missing."""
