"""The configurations for syslog-ng that we ship, in a real syslog-ng, on files of a test's own folder."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import unittest

from support import TOP, FolderTest, key

# scripts/packages lays it there: it cannot be installed beside rsyslog.
INSTALLED = TOP / ".build/syslog-ng"
LIMIT_SECONDS = 60


class SyslogNgTests(FolderTest):
    def start(self, name):
        shipped = (TOP / f"examples/syslog-ng/hopxguard-{name}.conf").read_text()
        moved = shipped.replace("/usr/local/bin/hopxguard", f"{TOP}/.build/release/hopxguard")
        moved = moved.replace("/var/log/", f"{self.folder}/").replace("/run/", f"{self.folder}/")
        (modules,) = (INSTALLED / "usr/lib/syslog-ng").glob("3.*")
        self.write("conf", f"""@version: {modules.name}
options {{ stats-freq(0); use-dns(no); dns-cache(no); keep-hostname(yes); }};
source s_src {{ unix-dgram("{self.folder}/socket"); }};
{moved}
log {{ source(s_src); destination {{ file("{self.folder}/others.log" template("$MSGHDR$MSG\\n")); }}; }};
""")
        files = [f"--{name}={self.folder}/{name}" for name in ("persist-file", "pidfile", "control")]
        # A process group of its own: the programs that it starts end with it.
        self.daemon = subprocess.Popen(
            [INSTALLED / "usr/sbin/syslog-ng", "--foreground", "--no-caps", f"--module-path={modules}",
             f"--cfgfile={self.folder}/conf", *files],
            env={**self.environment, "LD_LIBRARY_PATH": f"{INSTALLED}/usr/lib/syslog-ng"}, start_new_session=True,
            stdin=subprocess.DEVNULL)
        self.addCleanup(self.end)
        self.wait(lambda: (self.folder / "socket").exists())

    def end(self):
        self.daemon.terminate()
        self.assertEqual(self.daemon.wait(LIMIT_SECONDS), 0)

    def wait(self, is_so):
        end = time.monotonic() + LIMIT_SECONDS
        while not is_so():
            self.assertLess(time.monotonic(), end, "too late")
            time.sleep(0.02)

    def log(self, message, tag="app"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.connect(str(self.folder / "socket"))
            client.send(f"<13>Nov 29 10:00:00 {tag}: ".encode() + message)

    def lines(self, count, name="app.log"):
        path = self.folder / name
        self.wait(lambda: path.exists() and path.read_bytes().count(b"\n") >= count)
        return path.read_bytes().splitlines()

    def kill_program(self):
        children = pathlib.Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children")
        (process,) = children.read_text().split()
        os.kill(int(process), signal.SIGKILL)
        self.wait(lambda: process not in children.read_text().split())

    def check(self, name):
        secret = key()
        cut = secret[:15].encode() + b"..."
        self.start(name)
        for number in range(3):
            self.log(b"line %d %s end" % (number, secret.encode()))
        self.log(b"not \xff changed \"quoted\" \\")
        self.log(b"of another program", tag="other")
        self.log(b"key in the tag", tag="app" + secret)
        written = self.lines(5)
        self.assertEqual([line.split(b"app: ")[-1] for line in written[:4]], [
            *(b"line %d %s end" % (number, cut) for number in range(3)), b"not \xff changed \"quoted\" \\"])
        self.assertIn(b"app" + cut, written[4])
        self.assertEqual(self.lines(1, "others.log"), [b"other: of another program"])
        self.kill_program()
        # What comes just then may be lost; what comes later is not, and nothing passes unredacted.
        def came_back():
            self.log(b"after %s" % secret.encode())
            return b"after" in (self.folder / "app.log").read_bytes()
        self.wait(came_back)
        self.assertTrue(all(re.search(rb"after hopx_live_.{5}\.\.\.$", line) for line in self.lines(6)[5:]))
        for path in self.folder.iterdir():
            if path.is_file():
                self.assertNotIn(secret[15:].encode(), path.read_bytes(), path)

    def test_hopxguard_writes_the_log(self):
        self.check("file")
        (self.folder / "app.log").rename(self.folder / "app.log.1")
        self.log(b"rotated")
        # The last lines of before may come first.
        self.wait(lambda: self.lines(1)[-1].endswith(b"rotated"))

    def test_messages_come_back_redacted_as_a_source(self):
        self.check("pipe")


if __name__ == "__main__":
    unittest.main()
