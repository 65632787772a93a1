#!/usr/bin/env bash
# redact_logs on Spark against the same job with an identity function, in one run: a log with 1 key in 1,000 lines.
# Needs `make wheel` and what scripts/packages installs for test-packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-$here/../.build/libraries/bin/python}
library=$here/../.build/library/libhopxguard.so
[ -e "$library" ] || { echo "build it first: make wheel" >&2; exit 2; }
work=$here/work/spark
rm -rf "$work" && mkdir -p "$work/site" "$work/log"
trap 'rm -rf "$work"' EXIT
cp -r "$here/../python/hopxguard" "$work/site"
cp "$library" "$work/site/hopxguard"
python3 "$here/make_log.py" "$work/log/app.log" "${LOG_BYTES:-300000000}" 1000
PYTHONPATH=$work/site PYSPARK_PYTHON=$python SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$work \
  "$python" "$here/spark.py" "$work/log" "$work" 2> "$work/messages" || { cat "$work/messages" >&2; exit 1; }
