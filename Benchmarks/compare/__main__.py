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


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


class Comparison:
    def __init__(self, place, tools, words):
        self.place, self.tools, self.words = place, tools, words
        self.home = place / "home"
        self.home.mkdir()
        self.notes = []
        for name, value in (("secrets.patterns", tools.pattern), ("user.name", "n"), ("user.email", "n@example.com")):
            subprocess.run(["git", "config", "--global", "--add", name, value], env=environment(self.home), check=True)

    def wanted(self, name):
        return self.words.lower() in name.lower()

    def installed(self, tool):
        return tool != "git-secrets" or bool(self.tools.git_secrets)

    def none(self, tool):
        """The cell of a tool that has no such thing, or is not here."""
        return "–" if self.installed(tool) else "not run"

    def note(self, text):
        """The mark of a footnote, the same for the same text."""
        if text not in self.notes:
            self.notes.append(text)
        return f" [{self.notes.index(text) + 1}]"

    def run(self, argv, keys, cwd, data=None, env=None, unprivileged=False):
        """The exit code (None: more than a minute), standard output and standard error."""
        environ = {**environment(self.home), **(env or {})}
        if unprivileged and os.geteuid() == 0:
            argv = [*NOBODY, *argv]
            environ["HOME"] = str(self.place / "nobody")
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
        if tool in scenario.without:
            return "–"
        if not self.installed(tool):
            return self.none(tool)
        cells = []
        for command in self.tools.commands(tool, scenario.kind, self.target(built)) or []:
            data = built if isinstance(built, bytes) else None
            copy = self.place if data is not None else self.copied(self.place / "built" / "in")
            if scenario.unprivileged and not self.readable_by_nobody(copy):
                return "not run"
            code, out, err = self.run(command.argv, keys, copy, data, scenario.env, scenario.unprivileged)
            right, cell = self.verdict(scenario.want, code, (out + err).decode("utf-8", "replace"), tool, command)
            cells.append(cell)
            if right:
                return cell + (self.note(f"{tool} {command.note}") if command.note else "")
        # Of wrong ones the one that says most.
        return max(cells, key=lambda cell: "a warning" in cell) if cells else "–"

    def target(self, built):
        return "-" if isinstance(built, bytes) else self.place / "run" / pathlib.Path(built).relative_to(self.place / "built" / "in")

    def readable_by_nobody(self, folder):
        """Whether the user who takes root's place gets there at all."""
        if os.geteuid():
            return True
        self.place.chmod(0o755)
        other = self.place / "nobody"
        if not other.exists():
            shutil.copytree(self.home, other)
            subprocess.run(["chown", "-R", "65534:65534", str(other)], check=True)
        return subprocess.run([*NOBODY, "ls", str(folder)], capture_output=True).returncode == 0

    def verdict(self, want, code, text, tool, command):
        if code is None:
            return False, "failed (a minute)"
        found = command.found(code, text)
        if want == "found":
            if found:
                return True, f"found ({code})"
            warned = ", a warning" if self.tools.warned(tool, text) else ""
            return False, f"**missed** ({code})" + warned if code == command.clean else f"failed ({code})"
        if want == "quiet":
            if found:
                return False, f"**blocked** ({code})"
            return code == command.clean, f"passed ({code})" if code == command.clean else f"failed ({code})"
        if code != command.clean:
            return True, f"failed ({code})"
        return False, f"**clean** ({code}), a warning" if self.tools.warned(tool, text) else f"**clean** ({code})"

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
