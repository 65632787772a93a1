#!/bin/sh
# How long `hopxguard gitignore` takes beside `git status`, in a repository of 100,000 tracked files in
# 10,000 folders, in the same run. Claim: under 3 times.
# Usage: Benchmarks/gitignore.sh [HOPXGUARD]   needs hyperfine and git; works in Benchmarks/work
set -eu
cd "$(dirname "$0")/.."
binary=$(realpath "${1:-.build/release/hopxguard}")
mkdir -p Benchmarks/work
cd Benchmarks/work

if [ ! -d folders ]; then
  git init -q folders
  (
    cd folders
    for top in $(seq 100); do
      for folder in $(seq 100); do
        mkdir -p "d$top/e$folder"
        for file in 0 1 2 3 4 5 6 7 8 9; do echo "$top.$folder.$file" >"d$top/e$folder/f$file.txt"; done
      done
    done
    printf '.env\n.env.local\nsecrets/\n*.key\n' >.gitignore
    git add -A
    git -c gc.auto=0 -c maintenance.auto=false -c user.name=n -c user.email=n@example.com commit -qm files
    git -c gc.autoDetach=false gc -q
  )
fi
cd folders
printf '.env\n.env.local\nsecrets/\n*.key\n' >.gitignore
rm -f ./*/*/.gitignore

compare() {
  echo "$1"
  hyperfine -N -i --warmup 2 --runs 15 --export-csv ../gitignore.csv 'git status' "$binary gitignore" >/dev/null 2>&1
  awk -F, 'NR == 2 { status = $4 } NR == 3 { printf "  git status %.0f ms, hopxguard gitignore %.0f ms: %.2f times\n", status * 1000, $4 * 1000, $4 / status }' ../gitignore.csv
}

compare "one .gitignore, all covered"
: >.gitignore
compare "nothing covered, .gitignore modified"
printf '.env\n.env.local\nsecrets/\n*.key\n' >.gitignore
for folder in d*/e*; do echo '*.tmp' >"$folder/.gitignore"; done
git add -A
compare "a .gitignore in every folder"
git reset -q
rm -f ./*/*/.gitignore
git status >/dev/null
echo "git processes: $(strace -f -e trace=execve "$binary" gitignore 2>&1 | grep -c 'execve(.*git")\|execve(.*/git"')"
