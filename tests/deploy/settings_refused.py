"""Start a web process once for each environment on standard input (a JSON list); print [status, standard error] of each.

Each is a fork of this process, which has what every start imports first: a start of an interpreter each would cost a minute.
"""

import json
import os
import sys

import ecommerce.settings  # noqa: F401 - for all that it imports
from ecommerce import serve

for name in [each for each in sys.modules if each.startswith("ecommerce.settings")]:
    del sys.modules[name]


def start(environment):
    """Return exit status and standard error of a web process in this environment."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.dup2(writing, sys.stderr.fileno())
        os.environ.clear()
        os.environ.update(environment)
        status = serve.main(["web"])
        sys.stderr.flush()
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


sys.stdout.write(json.dumps([start(environment) for environment in json.load(sys.stdin)]))
