"""`python -m waybill`."""

import sys

from waybill.cli import main

if __name__ == "__main__":
    sys.exit(main())
