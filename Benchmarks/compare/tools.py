"""The tools, and for each kind of scenario the commands they are run with: the ordinary one first,
then the best that its own --help offers. None means that a tool has no such thing."""
import json
import os
import re
import subprocess
from dataclasses import dataclass


@dataclass
class Command:
    argv: list
    note: str = ""                # the footnote, where this is not the ordinary command
    found: callable = None        # (exit code, output) -> bool
    clean: int = 0                # the exit code that says "nothing found"


def counted(words):
    """A finding is what the tool's own summary counts."""
    shape = re.compile(words)
    return lambda code, output: bool(shape.search(output))


class Tools:
    names = ["hopxguard", "kingfisher", "betterleaks", "gitleaks", "detect-secrets", "git-secrets", "ripgrep"]

    def __init__(self, pattern, toml, yaml, guard, kingfisher, betterleaks, gitleaks, detect, git_secrets, rg, folder):
        self.pattern, self.toml, self.guard, self.rg = pattern, toml, guard, rg
        self.git_secrets = git_secrets
        self.kingfisher = [kingfisher, "scan"]
        self.rules = ["--rules-path", yaml, "--load-builtins", "false", "--no-validate", "--no-update-check"]
        self.betterleaks, self.gitleaks, self.detect = betterleaks, gitleaks, detect
        plugin = folder / "hopx_plugin.py"
        plugin.write_text(
            "import re\nfrom detect_secrets.plugins.base import RegexBasedDetector\n\n"
            "class HopxDetector(RegexBasedDetector):\n"
            f"    secret_type = 'Hopx API key'\n    denylist = [re.compile(r'''{pattern}''')]\n")
        empty = folder / "empty"
        empty.mkdir()
        used = json.loads(subprocess.run([detect, "scan", "--all-files", str(empty)], capture_output=True, check=True).stdout)
        self.alone = ["-n", "-p", str(plugin)]
        for name in [one["name"] for one in used["plugins_used"]]:
            self.alone += ["--disable-plugin", name]

    def versions(self):
        def line(argv):
            return subprocess.run(argv, capture_output=True, text=True).stdout.splitlines()[0].split(" (")[0]
        found = [line([self.guard, "--version"]), line([self.kingfisher[0], "--version"]),
                 "betterleaks " + line([self.betterleaks, "version"]), "gitleaks " + line([self.gitleaks, "version"]),
                 "detect-secrets " + line([self.detect, "--version"])]
        debian = ["dpkg-query", "-W", "-f", "${Version}", "git-secrets"]
        found.append("git-secrets " + line(debian) if self.git_secrets else "git-secrets: not run")
        return found + [line([self.rg, "--version"]), line(["git", "--version"])]

    # How each says that it found something.
    guard_found = staticmethod(counted(r"(?m)^\d+ findings?\b"))
    kingfisher_found = staticmethod(counted(r"Findings\.+: [1-9]"))
    leaks_found = staticmethod(counted(r"leaks found: [1-9]"))
    secrets_found = staticmethod(counted(r"Matched one or more prohibited patterns"))

    # How each says, on the way to an exit code, that something went wrong.
    warnings = {
        "hopxguard": r"(?m)^(problem|warning): ",
        "kingfisher": r"(?m)^ ?(WARN|ERROR) ",
        "betterleaks": r"\b(WRN|ERR|FTL)\b",
        "gitleaks": r"\b(WRN|ERR|FTL)\b",
        "detect-secrets": r"(?m)^\[.*\]\t(WARNING|ERROR)",
        "git-secrets": r"(?m)^(grep|error|fatal): (?!not a git repository)",
        "ripgrep": r"(?m)^rg: ",
    }

    def warned(self, tool, output):
        return bool(re.search(self.warnings[tool], output))

    def commands(self, tool, kind, path):
        """The commands of a tool for `files`, `staged`, `history` or `stream`; path is the folder or repository."""
        return getattr(self, kind)(tool, str(path))

    def files(self, tool, path):
        if tool == "hopxguard":
            return [Command([self.guard, "scan", path], found=self.guard_found),
                    Command([self.guard, "scan", "--all-files", path], "`--all-files`", self.guard_found),
                    Command([self.guard, "scan", "--archive-depth", "16", path], "`--archive-depth 16`", self.guard_found)]
        if tool == "kingfisher":
            best = ["--extraction-depth", "0", "--no-limits", "--confidence", "low", "--no-dedup"]
            return [Command([*self.kingfisher, path, *self.rules], found=self.kingfisher_found),
                    Command([*self.kingfisher, path, *self.rules, *best], "`--extraction-depth 0 --no-limits --confidence low --no-dedup`", self.kingfisher_found)]
        if tool == "betterleaks":
            base = [self.betterleaks, "auto", path, "--config", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([*base, "--max-decode-depth", "20", "--max-archive-depth", "20"], "`--max-decode-depth 20 --max-archive-depth 20`", self.leaks_found),
                    Command([*base, "--regex-engine", "stdlib"], "`--regex-engine stdlib`", self.leaks_found)]
        if tool == "gitleaks":
            base = [self.gitleaks, "dir", path, "-c", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([*base, "--max-archive-depth", "20", "--max-decode-depth", "20"], "`--max-archive-depth 20 --max-decode-depth 20`", self.leaks_found)]
        if tool == "detect-secrets":
            def in_results(code, output):
                start = output.find("{")
                return start >= 0 and bool(json.JSONDecoder().raw_decode(output[start:])[0]["results"])
            return [Command([self.detect, "scan", *self.alone, path], found=in_results),
                    Command([self.detect, "scan", "--all-files", *self.alone, path], "`--all-files`", in_results)]
        if tool == "git-secrets":
            return self.git_secrets and [Command(["git", "secrets", "--scan", "-r", path], found=self.secrets_found)]
        matched = lambda code, output: code == 0 or "binary file matches" in output
        return [Command([self.rg, self.pattern, path], found=matched, clean=1),
                Command([self.rg, "-uuu", "-a", self.pattern, path], "`-uuu -a`", matched, 1),
                Command([self.rg, "-uuu", "-a", "-z", self.pattern, path], "`-uuu -a -z`", matched, 1),
                Command([self.rg, "-uuu", "-a", "-E", "utf-16le", self.pattern, path], "`-uuu -a -E utf-16le`", matched, 1)]

    def staged(self, tool, path):
        if tool == "hopxguard":
            return [Command([self.guard, "scan", "--staged"], found=self.guard_found)]
        if tool == "kingfisher":
            return [Command([*self.kingfisher, ".", "--staged", *self.rules], found=self.kingfisher_found),
                    Command([*self.kingfisher, ".", "--staged", "--git-history", "none", "--confidence", "low", "--no-limits", *self.rules],
                            "`--git-history none --confidence low --no-limits`", self.kingfisher_found)]
        if tool == "betterleaks":
            base = [self.betterleaks, "git", "--staged", ".", "--config", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([*base, "--max-archive-depth", "20", "--max-decode-depth", "20"], "`--max-archive-depth 20 --max-decode-depth 20`", self.leaks_found)]
        if tool == "gitleaks":
            base = [self.gitleaks, "git", "--staged", ".", "-c", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([self.gitleaks, "git", "--pre-commit", "--staged", ".", "-c", self.toml, "--no-banner", "--max-archive-depth", "20"],
                            "`--pre-commit --max-archive-depth 20`", self.leaks_found)]
        if tool == "detect-secrets":
            # Its README's own line for staged files.
            hook = os.path.join(os.path.dirname(self.detect), "detect-secrets-hook")
            script = 'git diff --staged --name-only -z | xargs -0 -r "$@"'
            return [Command(["bash", "-c", script, "bash", hook, *self.alone],
                            found=lambda code, output: "Potential secrets about to be committed" in output)]
        if tool == "git-secrets":
            return self.git_secrets and [Command(["git", "secrets", "--pre_commit_hook", "--"], found=self.secrets_found),
                                         Command(["git", "secrets", "--scan", "--cached"], "`--scan --cached`", self.secrets_found)]
        return None

    def history(self, tool, path):
        if tool == "hopxguard":
            return [Command([self.guard, "scan", "--history"], found=self.guard_found)]
        if tool == "kingfisher":
            return [Command([*self.kingfisher, ".", *self.rules], found=self.kingfisher_found),
                    Command([*self.kingfisher, ".", "--extraction-depth", "0", "--no-limits", "--confidence", "low", "--git-clone", "mirror", *self.rules],
                            "`--git-clone mirror --extraction-depth 0 --no-limits --confidence low`", self.kingfisher_found)]
        if tool == "betterleaks":
            base = [self.betterleaks, "git", ".", "--config", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([*base, "--max-archive-depth", "20", "--max-decode-depth", "20"], "`--max-archive-depth 20 --max-decode-depth 20`", self.leaks_found)]
        if tool == "gitleaks":
            base = [self.gitleaks, "git", ".", "-c", self.toml, "--no-banner"]
            return [Command(base, found=self.leaks_found),
                    Command([*base, "--max-archive-depth", "20"], "`--max-archive-depth 20`", self.leaks_found),
                    Command([*base, "--log-opts=--all --reflog -m --text"], '`--log-opts="--all --reflog -m --text"`', self.leaks_found)]
        if tool == "git-secrets":
            return self.git_secrets and [Command(["git", "secrets", "--scan-history"], found=self.secrets_found)]
        return None

    def stream(self, tool, path):
        matched = lambda code, output: code == 0
        if tool == "hopxguard":
            return [Command([self.guard, "scan", "-"], found=self.guard_found)]
        if tool == "kingfisher":
            return [Command([*self.kingfisher, "-", *self.rules], found=self.kingfisher_found)]
        if tool == "betterleaks":
            return [Command([self.betterleaks, "stdin", "--config", self.toml, "--no-banner"], found=self.leaks_found)]
        if tool == "gitleaks":
            return [Command([self.gitleaks, "stdin", "-c", self.toml, "--no-banner", "-v"], found=self.leaks_found)]
        if tool == "detect-secrets":
            return None  # scan --string takes one line, and prints a table
        if tool == "git-secrets":
            return self.git_secrets and [Command(["git", "secrets", "--scan", "-"], found=self.secrets_found)]
        return [Command([self.rg, "--line-buffered", self.pattern, "-"], found=matched, clean=1)]
