#!/bin/sh
# How fast `hopxguard lint` reads Python's own library: as it is, and with a key's name added to each file, so that
# all of it is taken apart. Processor time (user and system) of one thread. Claim: at least 100 MB a second.
# Usage: Benchmarks/lint.sh [HOPXGUARD]   needs bash and python3; works in Benchmarks/work
set -eu
cd "$(dirname "$0")/.."
binary=$(realpath "${1:-.build/release/hopxguard}")
mkdir -p Benchmarks/work/lint
cd Benchmarks/work/lint

if [ ! -d named ]; then
  python3 - <<'END'
import pathlib, sysconfig
library = pathlib.Path(sysconfig.get_path("stdlib"))
for number, path in enumerate(sorted(library.rglob("*.py"))[:3000]):
    text = path.read_bytes()
    for folder, first in ("plain", b""), ("named", b"api_key = None\n"):
        copy = pathlib.Path(folder, str(number % 50), f"{number}.py")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(first + text)
END
fi

for kind in plain named; do
  bytes=$(find $kind -type f -exec cat {} + | wc -c)
  bash -c "TIMEFORMAT='%U %S'; time '$binary' lint --quiet --no-progress --jobs 1 $kind >/dev/null || :" 2>&1 |
    awk -v bytes="$bytes" -v kind="$kind" '{ seconds = $1 + $2
      printf "%s: %.1f MB in %.2f s, %.0f MB a second\n", kind, bytes / 1e6, seconds, bytes / 1e6 / seconds }'
done
