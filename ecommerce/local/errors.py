"""What stops a start: each message is one sentence a newcomer can act on."""


class StartError(Exception):
    """The shop cannot start; the message says why and what to do."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived while something was being waited for."""
