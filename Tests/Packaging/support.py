"""What the tests of the packages share: the wheel that `make wheel` built, keys made at run time, fresh folders, and
programs run with nothing of the caller's settings."""

import pathlib
import random
import shutil
import string
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
VERSION = (TOP / "VERSION").read_text().strip()
DIST = TOP / "dist"
TOOLS = TOP / ".build/python/bin"
PYTHON = "/usr/bin/python3"
# No network: what is not in the folder of wheels is not there.
OFFLINE = ["unshare", "--net"]


def key(id_length=12, secret_length=43):
    base62 = string.digits + string.ascii_letters
    pick = random.SystemRandom().choices
    return f"hopx_live_{''.join(pick(base62, k=id_length))}.{''.join(pick(base62 + '-_', k=secret_length))}"


def wheel():
    """The wheel for all systems, without the library."""
    (path,) = DIST.glob(f"hopxguard-{VERSION}-py3-none-*musllinux*.whl")
    return path


def library_wheel():
    """The wheel with libhopxguard.so, which pip prefers where it runs."""
    (path,) = set(DIST.glob(f"hopxguard-{VERSION}-py3-none-*.whl")) - {wheel()}
    return path


class FolderTest(unittest.TestCase):
    """A test with a fresh folder and a home of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hopxguard-packaging-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder / "home"), "LANG": "C.UTF-8",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_CONFIG_NOSYSTEM": "1",
            "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(DIST), "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        (self.folder / "home").mkdir()

    def run_command(self, *command, cwd=None, text=None, status=0, **environment):
        """Runs a program to its end, checks its exit code (None: any), and that it shows no key."""
        result = subprocess.run(
            [str(word) for word in command], cwd=cwd or self.folder, input=text, text=True, capture_output=True,
            stdin=subprocess.DEVNULL if text is None else None, env={**self.environment, **environment})
        output = result.stdout + result.stderr
        if status is not None:
            self.assertEqual(result.returncode, status, output)
        self.assertNotRegex(output, r"hopx_live_[0-9A-Za-z]{6}", "more than 15 characters of a key")
        return result

    def git(self, *arguments, cwd=None, status=0):
        return self.run_command("git", *arguments, cwd=cwd, status=status)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def virtual_environment(self):
        self.run_command(PYTHON, "-m", "venv", "venv")
        return self.folder / "venv/bin"

