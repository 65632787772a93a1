"""hopxguard.spark in a real Spark of two workers: what is redacted, when tasks and workers die and when the library is not
there; where keys are in logs; and the histories of many repositories. `spark_jobs.py` has the jobs."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile

from support import TOP, key, library_wheel

PYTHON = TOP / ".build/libraries/bin/python"
HERE = TOP / "Tests/Packaging"
LIMIT_SECONDS = 900


def site(folder):
    """The wheel's files as pip installs them, with the faults that tests order."""
    with zipfile.ZipFile(library_wheel()) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith("hopxguard/")])
        (command,) = [name for name in archive.namelist() if name.endswith(".data/scripts/hopxguard")]
        (folder / "bin").mkdir()
        (folder / "bin/hopxguard").write_bytes(archive.read(command))
    (folder / "bin/hopxguard").chmod(0o755)
    shutil.copy(HERE / "spark_faults.py", folder / "sitecustomize.py")
    return folder


class SparkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hopxguard-spark-")).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.key = key()
        whole = site(cls.folder / "site")
        (site(cls.folder / "broken library") / "hopxguard/libhopxguard.so").write_bytes(b"no library")
        nothing = site(cls.folder / "nothing")
        (nothing / "hopxguard/libhopxguard.so").unlink()
        (nothing / "bin/hopxguard").unlink()
        # Spark as installed, but what its workers write is in the folder.
        home = cls.folder / "spark"
        for name in ("home", "orders", "local", "spark"):
            (cls.folder / name).mkdir()
        (installed,) = (PYTHON.parents[1] / "lib").glob("python3*/site-packages/pyspark")
        for path in installed.iterdir():
            (home / path.name).symlink_to(path)
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(cls.folder / "home"), "LANG": "C.UTF-8", "TMPDIR": str(cls.folder / "local"),
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_CONFIG_NOSYSTEM": "1",
            "KEY": cls.key, "FAULTS": str(cls.folder / "orders"), "PYTHONPATH": str(whole), "SPARK_HOME": str(home),
            "PYSPARK_PYTHON": str(PYTHON), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost"}
        cls.environment = environment
        process = subprocess.Popen(
            [PYTHON, HERE / "spark_jobs.py", cls.folder], env=environment, cwd=cls.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        try:
            cls.output, _ = process.communicate(timeout=LIMIT_SECONDS)
        finally:
            # Also the workers that a Spark leaves which was killed.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        print(*[line for line in cls.output.split("\n") if line.startswith("ok ")], sep="; ")

    def check(self, job):
        self.assertRegex(self.output, rf"(?m)^ok {job} ", self.output[-6000:])

    def test_a_batch_keeps_every_byte_but_those_of_keys(self):
        self.check("batch")

    def test_each_line_comes_out_once_when_tasks_and_a_worker_die(self):
        self.check("faults")

    def test_a_stream_goes_on_from_its_checkpoint(self):
        self.check("stream")

    def test_without_the_library_the_command_redacts_and_without_both_nothing_is_written(self):
        self.check("without_library")

    def test_findings_in_logs_have_a_file_and_a_line(self):
        self.check("find")

    def test_each_repository_is_a_row_and_each_key_too(self):
        self.check("repositories")

    def test_the_commands_do_the_same(self):
        self.check("command")

    def test_a_list_that_cannot_be_read_is_named_at_once(self):
        bad = self.folder / "bad list"
        bad.write_text("/a\t12\n/b\tlarge\n")
        for path, reason in ((bad, "line 2: after the tab comes a size"), (self.folder, "cannot be read: Is a directory")):
            result = subprocess.run(
                [PYTHON, "-m", "hopxguard.spark", "scan-repositories", path, self.folder / "out"], text=True,
                env=self.environment, cwd=self.folder, capture_output=True)
            self.assertEqual((result.returncode, "Traceback" in result.stderr), (2, False))
            self.assertIn(f"{path}{':' if path == bad else ''} {reason}", result.stderr)

    def test_no_key_is_in_what_spark_writes(self):
        self.assertNotIn(self.key[15:], self.output)
        secret, sources = self.key[15:].encode(), {"batch", "faults", "stream", "find", "repositories", "own"}
        for name in {path.name for path in self.folder.iterdir()} - sources:
            for path in (self.folder / name).rglob("*"):
                if path.is_file() and not path.is_symlink():
                    self.assertNotIn(secret, path.read_bytes(), path)


if __name__ == "__main__":
    unittest.main()
