"""Writes of notifications: queueing and sending mails, nudging sockets."""
