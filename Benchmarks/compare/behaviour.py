"""What the tools do beside finding: their own output, their ignore entries, live streams, .gitignore,
and repositories that belong to somebody else."""
import base64
import json
import os
import select
import shutil
import subprocess
import time

from fixtures import Repository, environment
from keys import new_key, shows


def tables(comparison):
    output(comparison)
    ignoring(comparison)
    manners(comparison)


def fresh(comparison):
    folder = comparison.place / "run"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder


# -- Their own output ------------------------------------------------------------------------------

def reports(tools, kind, tool, report, hide):
    """The command for a report ("text", "json"), asked to hide keys or not; None where there is none."""
    commands = tools.commands(tool, kind, ".")
    if not commands or (tool in ("git-secrets", "ripgrep") and report == "json"):
        return None
    argv = commands[1 if tool == "detect-secrets" else 0].argv
    if tool == "hopxguard":
        return argv + (["--format", "json"] if report == "json" else [])
    if tool == "kingfisher":
        return argv + (["--format", "json"] if report == "json" else []) + (["--redact"] if hide else [])
    if tool == "betterleaks":
        return argv + (["-o", "-"] if report == "json" else []) + (["--redact"] if hide else [])
    if tool == "gitleaks":
        return argv + (["-f", "json", "-r", "-"] if report == "json" else ["-v"]) + (["--redact"] if hide else [])
    if tool == "ripgrep" and hide:
        return [argv[0], "-r", "[key]", *argv[1:]]
    return argv if tool == "detect-secrets" or not hide else None


def output(comparison):
    tools = comparison.tools

    def two(folder, keys):
        (folder / "app.env").write_text(f"A={keys[0]} B={keys[1]}\n")

    def encoded(folder, keys):
        (folder / "app.yaml").write_bytes(b"k: " + base64.b64encode(keys[0].encode()) + b"\n")

    def named(folder, keys):
        (folder / f"{keys[0]}.env").write_text(f"A={keys[1]}\n")

    def message(folder, keys):
        repository = Repository(folder)
        repository.write("app.env", f"A={keys[0]}\n")
        repository.git("add", "-A")
        repository.commit(f"use {keys[1]}")

    rows = [("its report as text", "files", "text", False, two), ("its report as JSON", "files", "json", False, two),
            ("asked to hide keys, text", "files", "text", True, two), ("asked to hide keys, JSON", "files", "json", True, two),
            ("asked to hide keys, a key in base64", "files", "text", True, encoded),
            ("asked to hide keys, a file name that is a key", "files", "text", True, named),
            ("asked to hide keys, another key in the commit message, JSON", "history", "json", True, message)]
    rows = [row for row in rows if comparison.wanted(row[0])]
    if rows:
        comparison.heading("Their own output", "Does the secret half of a key stand, complete, in what it prints about it? Two keys on one line unless said. "
                           "Asked to hide: `--redact` (kingfisher, betterleaks, gitleaks), `-r` (ripgrep); hopxguard and detect-secrets have no other way. "
                           "gitleaks with `-v`: without it there is but a count.", tools.names)
    for name, kind, report, hide, build in rows:
        cells = []
        for tool in tools.names:
            argv = reports(tools, kind, tool, report, hide)
            if not argv:
                cells.append(comparison.none(tool))
                continue
            keys, folder = [new_key(), new_key()], fresh(comparison)
            build(folder, keys)
            code, out, err = comparison.run(argv, keys, folder)
            shown = any(shows(out + err, key) or base64.b64encode(key.encode()) in out + err for key in keys)
            silent = not out.strip() and code == 0
            cells.append("**shown**" if shown else "no finding" if silent else "hidden")
        comparison.row(name, cells)


# -- Ignore entries --------------------------------------------------------------------------------

COMMENTS = {"hopxguard": "hopxguard:allow a test", "kingfisher": "kingfisher:ignore", "betterleaks": "betterleaks:allow",
            "gitleaks": "gitleaks:allow", "detect-secrets": "pragma: allowlist secret"}


def plain(tools, tool):
    """The command that scans the folder it is started in, and says with its exit code whether it found anything."""
    if tool == "detect-secrets":
        return [os.path.join(os.path.dirname(tools.detect), "detect-secrets-hook"), *tools.alone, "app.env"]
    if tool == "git-secrets":
        return ["git", "secrets", "--scan", "app.env"]
    return tools.commands(tool, "files", ".")[0].argv


def ignored(comparison, tool, keys, folder):
    """Makes the tool ignore what is in app.env now, as its documentation says, and gives the command for later scans."""
    tools, argv = comparison.tools, plain(comparison.tools, tool)

    def run(command):
        return comparison.run(command, keys, folder)[1]

    if tool == "hopxguard":
        found = json.loads(run([*argv, "--format", "json"]))["findings"][0]["fingerprint"]
        run([tools.guard, "allow", found, "--reason", "a test"])
    elif tool == "kingfisher":
        baseline = str(comparison.place / "baseline.yaml")
        if os.path.exists(baseline):
            os.unlink(baseline)
        run([*argv, "--baseline-file", baseline, "--manage-baseline"])
        argv = [*argv, "--baseline-file", baseline]
    elif tool == "betterleaks":
        found = json.loads(run([*argv, "-o", "-"]))["findings"][0]["match"]["fingerprint"]
        entries = comparison.place / "ignore"
        entries.write_text(found + "\n")
        argv = [*argv, "--ignore-file", str(entries)]
    elif tool == "gitleaks":
        found = json.loads(run([*argv, "-f", "json", "-r", "-"]))[0]["Fingerprint"]
        (folder / ".gitleaksignore").write_text(found + "\n")
    elif tool == "detect-secrets":
        baseline = comparison.place / "secrets.baseline"
        baseline.write_bytes(run([tools.detect, "scan", *tools.alone, "app.env"]))
        argv = [argv[0], "--baseline", str(baseline), *argv[1:]]
    else:
        run(["git", "secrets", "--add", "-a", "-l", keys[0]])
    return argv


def ignoring(comparison):
    tools = comparison.tools
    rows = [("another key in its place", "entry", lambda keys: f"A={keys[1]}\n"), ("another key beside it", "entry", lambda keys: f"A={keys[0]} B={keys[1]}\n"),
            ("a comment meant for the key beside it", "comment", lambda keys: f"A={keys[0]} B={keys[1]}")]
    rows = [row for row in rows if comparison.wanted(row[0])]
    if rows:
        comparison.heading("Ignore entries", "One key is ignored the tool's own way (`hopxguard allow`, a baseline, an ignore file, `--add --allowed`; a comment on its line). "
                           "Then the line changes. Is the other key on it reported?", tools.names)
    for name, how, text in rows:
        cells = []
        for tool in tools.names:
            if tool == "ripgrep" or (how == "comment" and tool not in COMMENTS) or not comparison.installed(tool):
                cells.append(comparison.none(tool))
                continue
            keys, folder = [new_key(), new_key()], fresh(comparison)
            repository = Repository(folder)
            note = f"  # {COMMENTS.get(tool)}\n" if how == "comment" else "\n"
            repository.write("app.env", f"A={keys[0]}{note}")
            repository.git("add", "-A")
            argv = ignored(comparison, tool, keys, folder) if how == "entry" else plain(tools, tool)
            control = comparison.run(argv, keys, folder)[0]
            repository.write("app.env", text(keys) + (note if how == "comment" else ""))
            repository.git("add", "-A")
            code = comparison.run(argv, keys, folder)[0]
            cells.append(f"not run: the entry did not work ({control})" if control else f"found ({code})" if code else "**hidden** (0)")
        comparison.row(name, cells)


# -- Manners ---------------------------------------------------------------------------------------

def live(comparison, tool, folder):
    """How long a line waits for its finding while the stream stays open."""
    commands = comparison.tools.commands(tool, "stream", "-")
    if not commands:
        return "–"
    key = new_key()
    child = subprocess.Popen(commands[0].argv, cwd=folder, env=environment(comparison.home), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    started, seen, cell = time.monotonic(), b"", "**not before its end**"
    os.write(child.stdin.fileno(), b"".join(b"GET / 200\n" for _ in range(200)) + f"key {key}\n".encode() + b"GET / 200\n" * 200)
    while time.monotonic() - started < 5:
        if select.select([child.stdout], [], [], 0.05)[0]:
            part = os.read(child.stdout.fileno(), 65536)
            seen += part
            if key[:15].encode() in seen:
                cell = "at once" if time.monotonic() - started < 1 else "within 5 s"
                break
            if not part:
                break
    child.stdin.close()
    child.stdout.close()
    child.wait()
    return cell


def hostile(comparison, tool, kind, folder):
    """A repository whose own settings name a program; does a scan start it?"""
    repository = Repository(folder)
    mark, program = comparison.place / "it-ran", comparison.place / "program"
    mark.unlink(missing_ok=True)
    repository.write(".gitattributes", "*.txt diff=own filter=own\n")
    repository.write("app.txt", "a line\n")
    repository.git("add", "-A")
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat \"$1\" 2>/dev/null\n")
    program.chmod(0o755)
    for setting in ("core.fsmonitor", "diff.external", "diff.own.command", "diff.own.textconv", "filter.own.clean", "core.pager"):
        repository.git("config", setting, str(program))
    commands = comparison.tools.commands(tool, kind, ".")
    if not commands:
        return "–"
    comparison.run(commands[0].argv, [], folder)
    return "**yes**" if mark.exists() else "no"


def untouched(comparison, tool, folder):
    repository = Repository(folder)
    repository.write("app.txt", "a line\n")
    repository.git("add", "-A")
    before = sorted(str(path) for path in (folder / ".git").rglob("*"))
    commands = comparison.tools.commands(tool, "staged", ".")
    if not commands:
        return "–"
    comparison.run(commands[0].argv, [], folder)
    return "no" if before == sorted(str(path) for path in (folder / ".git").rglob("*")) else "**yes**"


def uncovered(comparison, tool, folder):
    if tool != "hopxguard":
        return "–"
    Repository(folder)
    code = comparison.run([comparison.tools.guard, "gitignore"], [], folder)[0]
    return "told (1)" if code == 1 else f"**missed** ({code})"


def manners(comparison):
    rows = [("a live stream: when is a finding reported?", live),
            ("a file scan starts a program that the repository's settings name", lambda *given: hostile(*given[:2], "files", given[2])),
            ("a staged scan does", lambda *given: hostile(*given[:2], "staged", given[2])),
            ("a history scan does", lambda *given: hostile(*given[:2], "history", given[2])),
            ("a staged scan leaves files in `.git`", untouched),
            ("`.env` is not in `.gitignore`: told before it exists?", uncovered)]
    rows = [row for row in rows if comparison.wanted(row[0])]
    if rows:
        comparison.heading("Manners", "Ordinary commands:", comparison.tools.names)
    for name, judge in rows:
        comparison.row(name, [judge(comparison, tool, fresh(comparison)) if comparison.installed(tool) else comparison.none(tool)
                              for tool in comparison.tools.names])
