#!/bin/bash
# Agent hooks: one event of 10 KB beside `--version`, a result of 5 MB with and without a key, the memory of
# both, and a sweep beside a scan of the same transcripts. Processor time, user and system together.
#
#   Benchmarks/agents.sh [BINARY]     (default: .build/release/hopxguard)
set -euo pipefail
binary=$(realpath "${1:-$(dirname "$0")/../.build/release/hopxguard}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$binary" "$work" "${TRANSCRIPTS_MB:-1000}" <<'PY'
import json, os, random, resource, string, subprocess, sys

binary, work, megabytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
letters = string.ascii_letters + string.digits
random.seed(1)


def key():
    return "hopx_" + "live_" + "".join(random.choices(letters, k=12)) + "." + "".join(random.choices(letters + "-_", k=43))


line = "2026-11-28 10:00:00 INFO request served in 12 ms path=/v1/sandboxes status=200\n"


def event(name, size, keys):
    body = line * (size // len(line))
    if keys:
        body = body[: size // 2] + key() + body[size // 2 :]
    path = f"{work}/{name}"
    with open(path, "w") as file:
        json.dump({"session_id": "a", "cwd": work, "hook_event_name": "PostToolUse", "tool_name": "Bash",
                   "tool_input": {}, "tool_response": {"stdout": body, "stderr": ""}}, file)
    return path


def measure(arguments, source, rounds, environment=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = 0
    for _ in range(rounds):
        child = subprocess.Popen([binary, *arguments], stdin=open(source), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=environment)
        _, _, usage = os.wait4(child.pid, 0)
        peak = max(peak, usage.ru_maxrss)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent / rounds, peak / 1024


start, _ = measure(["--version"], "/dev/null", 40)
print(f"--version                    {start * 1000:7.1f} ms")
small, _ = measure(["agent", "hook"], event("small", 10_000, False), 40)
print(f"event of 10 KB               {small * 1000:7.1f} ms   {small / start:.1f} times --version")
for keys in (False, True):
    size = 5_000_000
    spent, memory = measure(["agent", "hook"], event(f"large-{keys}", size, keys), 10)
    rate = size / 1e6 / max(spent - start, 1e-9)
    print(f"result of 5 MB, {'a key' if keys else 'clean'}       {spent * 1000:7.1f} ms   {rate:.0f} MB/s   {memory:.0f} MB memory")

home = f"{work}/home"
os.makedirs(f"{home}/.claude/projects/p")
entry = json.dumps({"type": "assistant", "message": {"content": [{"type": "text", "text": line * 20}]}}) + "\n"
with open(f"{home}/.claude/projects/p/1.jsonl", "w") as file:
    for number in range(megabytes * 1_000_000 // len(entry)):
        file.write(entry if number % 10_000 else entry.replace("INFO", key(), 1))
environment = dict(os.environ, HOME=home)
for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "VIBE_HOME", "HISTFILE"):
    environment.pop(name, None)
scan, _ = measure(["scan", "--quiet", f"{home}/.claude"], "/dev/null", 1, environment)
sweep, memory = measure(["agent", "sweep"], "/dev/null", 1, environment)
print(f"scan of {megabytes} MB              {scan * 1000:7.0f} ms")
print(f"sweep of {megabytes} MB             {sweep * 1000:7.0f} ms   {sweep / scan:.2f} times scan, {memory:.0f} MB memory")
PY
