#!/usr/bin/env bash
# Runs every row of the table of targets against its peers and prints the ratios: see benches/README.md.
#   benches/compare.sh [--quick] [--only NAME] [--big] [--rounds N] [--markdown]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Not the name on the PATH but the program behind it: a shim that looks for the right Python costs more than Python.
python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)')
exec "$python" benches/compare.py "$@"
