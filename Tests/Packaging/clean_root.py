"""A root like a fresh container's: Debian's programs, a Python with pip, git, and no network, no Swift, no hopxguard.
The system's own files are mounted into it read-only, so that it costs nothing to make."""

import shlex
import subprocess

from support import PYTHON

SCRIPT = """
set -e
mount -t tmpfs none "$ROOT"
cd "$ROOT"
mkdir -p usr etc proc dev tmp root work dist opt/python
mount --bind /usr usr && mount -o remount,bind,ro usr
mount -t tmpfs none usr/local
for link in bin lib lib64 sbin; do [ ! -L "/$link" ] || ln -s "usr/$link" "$link"; done
cp -a /etc/passwd /etc/group /etc/ld.so.cache /etc/alternatives etc/
mount --bind /dev dev && mount -t proc none proc
mount --bind "$PYTHON_FOLDER" opt/python && mount -o remount,bind,ro opt/python
mount --bind "$DIST" dist && mount -o remount,bind,ro dist
mount --bind "$WORK" work
exec chroot "$ROOT" /usr/bin/env -i -C "$FOLDER" PATH=/opt/python/bin:/usr/bin:/bin HOME=/root $VARIABLES \\
  /bin/bash --noprofile --norc -eo pipefail "$FILE"
"""


class CleanRoot:
    """Folders of the caller inside: /work, /dist (the wheels) and /opt/python."""

    def __init__(self, test, dist):
        self.root = test.folder / "root"
        self.work = test.folder / "work"
        self.dist = dist
        for folder in [self.root, self.work]:
            folder.mkdir()
        subprocess.run([PYTHON, "-m", "venv", "--copies", test.folder / "python"], check=True)
        self.python = test.folder / "python"

    def run(self, file, folder, variables):
        """Runs a file of shell commands as a CI system's runner does."""
        words = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
        environment = {
            "ROOT": self.root, "WORK": self.work, "DIST": self.dist, "PYTHON_FOLDER": self.python, "FOLDER": folder,
            "FILE": file, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        return subprocess.run(
            ["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-c", SCRIPT.replace("$VARIABLES", words)],
            env={name: str(value) for name, value in environment.items()}, capture_output=True, text=True,
            stdin=subprocess.DEVNULL)
