#!/usr/bin/env bash
# What redaction in process costs: a log record, a text of 1 MB, Arrow strings and the import.
# Needs `make wheel`, and pyarrow in the Python that PYTHON names (default: .build/libraries, of make test-packages).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-$here/../.build/libraries/bin/python}
library=$here/../.build/library/libhopxguard.so
[ -e "$library" ] || { echo "build it first: make wheel" >&2; exit 2; }
site=$here/work/site
rm -rf "$site" && mkdir -p "$site"
cp -r "$here/../python/hopxguard" "$site"
cp "$library" "$site/hopxguard"
PYTHONPATH=$site "$python" "$here/inprocess.py"
