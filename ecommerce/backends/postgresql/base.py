"""Django's PostgreSQL backend, but for how it finds out that a kept connection is dead."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that its thread keeps between requests."""

    def is_usable(self) -> bool:
        """Return whether the server still holds this session; ask it only where it has sent something unasked.

        A server that ends a session says so or closes the socket, and then the socket can be read. Django's own question is a round
        trip that every request would pay for.
        """
        session = self.connection
        if session is None or session.closed:
            return False
        poll = select.poll()
        poll.register(session.fileno(), select.POLLIN)
        return not poll.poll(0) or bool(super().is_usable())
