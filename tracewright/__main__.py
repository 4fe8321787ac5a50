"""`python -m tracewright`: the same as the command `tracewright`."""

import sys

from tracewright.cli import main

sys.exit(main())
