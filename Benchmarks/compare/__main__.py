"""Runs the scenarios and prints the tables of docs/comparison.md; compare.sh starts it."""
import os
import pathlib
import shutil
import subprocess
import sys

import behaviour
import redaction
from failures import FAILURES
from fixtures import environment
from in_files import SCENARIOS as FILES
from in_git import HISTORY, STAGED
from keys import masked, new_key
from tools import Tools


class Comparison:
    def __init__(self, place, tools, words):
        self.place, self.tools, self.words = place, tools, words
        self.home = place / "home"
        self.home.mkdir()
        self.notes = []
        subprocess.run(["git", "config", "--global", "--add", "secrets.patterns", tools.pattern], env=environment(self.home), check=True)

    def wanted(self, name):
        return self.words.lower() in name.lower()

    def note(self, text):
        """The mark of a footnote, the same for the same text."""
        if text not in self.notes:
            self.notes.append(text)
        return f" [{self.notes.index(text) + 1}]"

    def run(self, argv, keys, cwd, data=None, env=None, unprivileged=False):
        """The exit code (None: more than a minute), standard output and standard error."""
        environ = {**environment(self.home), **(env or {})}
        if unprivileged and os.geteuid() == 0:
            argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", *argv]
        given = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
        try:
            ended = subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, timeout=60, **given)
            code, out, err = ended.returncode, ended.stdout, ended.stderr
        except subprocess.TimeoutExpired:
            code, out, err = None, b"", b""
        if self.words:
            shown = " ".join(masked(os.fsencode(part), keys) for part in argv)
            print(f"\n$ {shown}\n{masked(out + err, keys)}exit code {code}", file=sys.stderr)
        return code, out, err

    def copied(self, built):
        """A fresh copy of what was built, at the same path for every tool."""
        copy = self.place / "run"
        if copy.exists():
            subprocess.run(["chmod", "-R", "u+rwX", str(copy)], check=True)
            shutil.rmtree(copy)
        subprocess.run(["cp", "-a", str(built), str(copy)], check=True)
        return copy

    def judge(self, scenario, tool, keys, built):
        """A cell: what the ordinary command did or, where that is wrong and better options do it right, what those did."""
        cells = []
        for command in self.tools.commands(tool, scenario.kind, self.target(scenario, built)) or []:
            data = built if isinstance(built, bytes) else None
            copy = self.place if data is not None else self.copied(self.place / "built" / "in") if (self.place / "built" / "in").exists() else self.place
            if scenario.unprivileged and os.geteuid() == 0:
                self.open_to_all()
                if subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls", str(copy)], capture_output=True).returncode:
                    return "not run"
            code, out, err = self.run(command.argv, keys, copy, data, {**scenario.env, **command.env}, scenario.unprivileged)
            text = (out + err).decode("utf-8", "replace")
            right, cell = self.verdict(scenario.want, code, text, command)
            cells.append(cell)
            if right:
                return cell + (self.note(f"{tool} {command.note}") if command.note else "")
        return cells[0] if cells else "–" if tool != "git-secrets" or self.tools.git_secrets else "not run"

    def target(self, scenario, built):
        if isinstance(built, bytes):
            return "-"
        return self.place / "run" / pathlib.Path(built).relative_to(self.place / "built" / "in")

    def open_to_all(self):
        """The user that takes root's place needs a home to write to and a way to the copy."""
        for folder in (self.place, self.home):
            folder.chmod(0o755)
        subprocess.run(["chmod", "-R", "a+rwX", str(self.home)], check=True)

    @staticmethod
    def verdict(want, code, text, command):
        if code is None:
            return False, "failed (a minute)"
        found = command.found(code, text)
        if want == "found":
            if found:
                return True, f"found ({code})"
            return False, f"**missed** ({code})" if code == command.clean else f"failed ({code})"
        if want == "quiet":
            if found:
                return False, f"**blocked** ({code})"
            return code == command.clean, f"passed ({code})" if code == command.clean else f"failed ({code})"
        if code != command.clean:
            return True, f"failed ({code})"
        warned = any(word in text.lower() for word in ("problem", "wrn", "warn", "err ", "error", "denied", "skipping", "fatal"))
        return False, f"**clean** ({code}), a warning" if warned else f"**clean** ({code})"

    def table(self, title, scenarios, about):
        scenarios = [one for one in scenarios if self.wanted(one.name)]
        if not scenarios:
            return
        self.heading(title, about, self.tools.names)
        for scenario in scenarios:
            shutil.rmtree(self.place / "built", ignore_errors=True)
            (self.place / "built").mkdir()
            keys = [new_key(), new_key()]
            try:
                built = scenario.build(self.place / "built", keys)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"{scenario.name}: cannot be set up: {type(error).__name__}", file=sys.stderr)
                self.row(scenario.name, ["not run"] * len(self.tools.names))
                continue
            self.row(scenario.name, [self.judge(scenario, tool, keys, built) for tool in self.tools.names])
            for closed in (self.place / "built").rglob("*"):
                if closed.is_dir() and not closed.is_symlink():
                    closed.chmod(0o755)

    @staticmethod
    def heading(title, about, names):
        print(f"\n### {title}\n\n{about}\n\n| | {' | '.join(names)} |\n|---|{'---|' * len(names)}", flush=True)

    @staticmethod
    def row(name, cells):
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    place, pattern, toml, yaml, *binaries, words = sys.argv[1:]
    place = pathlib.Path(place)
    tools = Tools(pattern, toml, yaml, *binaries, place)
    comparison = Comparison(place, tools, words)
    print("Versions: " + ", ".join(tools.versions()) + ".")
    comparison.table("Files", FILES, "A key in a folder, in a file:")
    comparison.table("Before a commit", STAGED, "A key, staged:")
    comparison.table("History", HISTORY, "A key in what a repository stores, and nowhere else:")
    comparison.table("When something cannot be read", FAILURES, "There is no key, and not everything can be read. Right is any exit code but that of a clean scan:")
    behaviour.tables(comparison)
    redaction.table(comparison)
    print()
    for number, text in enumerate(comparison.notes, 1):
        print(f"[{number}] {text}  ")


main()
