"""Folders and repositories for the scenarios. A scenario is a name, what is right, and a function
that builds it in an empty folder; the tools see a fresh copy each."""
import os
import subprocess
from dataclasses import dataclass, field


@dataclass
class Scenario:
    name: str
    kind: str                     # files, staged, history, stream
    build: callable               # (folder, keys) -> the path to scan, or bytes for a stream
    want: str = "found"           # found; quiet: no finding, exit code of a clean scan; alarm: anything but a clean exit code
    env: dict = field(default_factory=dict)
    unprivileged: bool = False
    without: tuple = ()           # tools that have no such thing


def environment(home):
    """What every tool and git gets: a home of its own, no settings of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1",
            "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.com", "GIT_COMMITTER_NAME": "n",
            "GIT_COMMITTER_EMAIL": "n@example.com"}


class Repository:
    """A git repository made with plain git, without anybody's settings."""

    def __init__(self, folder, *options, first=True):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)
        if first:
            self.write("README", "one\ntwo\nthree\n")
            self.git("add", "-A")
            self.commit("first")

    def git(self, *argv, data=None):
        environ = {**environment(self.folder / ".none"), "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"}
        return subprocess.run(["git", "-c", "gc.auto=0", *argv], cwd=self.folder, input=data, env=environ,
                              capture_output=True, check=True).stdout.decode().strip()

    def write(self, name, content):
        path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def commit(self, message, *options):
        # By standard input: a message with a key must not stand in an argument.
        self.git("commit", "-q", "--allow-empty", "-F", "-", *options, data=message.encode())
        return self.git("rev-parse", "HEAD")

    def object_path(self, name):
        return self.folder / ".git" / "objects" / name[:2] / name[2:]
