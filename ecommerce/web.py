"""The web processes: granian, which forks them once the application is loaded.

    python -m ecommerce.web --workers 2 ...granian's other options

Loading it takes two seconds of a processor; so it is done once, a worker that died is back at once, and what is loaded is in memory once.
"""

import runpy
from importlib import import_module

if __name__ == "__main__":
    import_module("ecommerce.wsgi")
    runpy.run_module("granian", run_name="__main__")
