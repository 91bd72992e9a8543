"""`python -m ecommerce.local up`."""

import sys

from ecommerce.local.cli import main

sys.exit(main(sys.argv[1:]))
