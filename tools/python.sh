#!/bin/sh
# Runs its arguments with a Python that is new enough: $PYTHON where it is set, or else the first that will do.
set -eu

new_enough() {
    # A version manager's shim may be on PATH for a Python that is not installed: ask it, do not look for it.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if new_enough "$candidate"; then
        exec "$candidate" "$@"
    fi
done
found=$("${PYTHON:-python3}" --version 2>&1 || true)
echo "Waybill needs Python 3.11 or newer, and ${PYTHON:-python3} says: ${found}. Install one, or name it: make PYTHON=/path/to/python3" >&2
exit 1
