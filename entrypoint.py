"""What the container runs: the verb is the first argument, everything else comes from the runner's environment."""

import os
import sys

from waybill.action import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout))
