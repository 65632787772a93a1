"""The Python package as programs use it: redaction, the ways in which a key reaches a log, other logging packages and the
Hopx client as they are in the package index, Arrow arrays, failures, and the types."""

import base64
import os
import re
import subprocess
import unittest
import zipfile

from support import TOP, FolderTest, key, library_wheel

LIBRARIES = TOP / ".build/libraries/bin/python"
HERE = TOP / "Tests/Packaging"
INSTALL = "import hopxguard.logging; hopxguard.logging.install()"
# `python_ways.py` asks for a key when it is imported.
os.environ.setdefault("KEY", "none")
import python_ways  # noqa: E402


class PythonTests(FolderTest):
    def setUp(self):
        super().setUp()
        with zipfile.ZipFile(library_wheel()) as archive:
            archive.extractall(self.folder / "site", [name for name in archive.namelist() if ".d" not in name])
        self.key = key()

    def python(self, *arguments, status=0, text=None, errors=True):
        environment = {**self.environment, "PYTHONPATH": f"{self.folder}/site", "KEY": self.key}
        result = subprocess.run(
            [str(LIBRARIES), *map(str, arguments)], env=environment, capture_output=True, input=text,
            cwd=self.folder)
        if status is not None:
            self.assertEqual(result.returncode, status, result.stderr)
        return (result.stderr if errors else result.stdout).decode("latin-1")

    def shown(self, text):
        """The parts of a key that are in a text, plain or encoded."""
        secret = self.key[15:]
        forms = [secret, secret.replace("_", "\\u005f"), self.key[23:]]
        # Base64 at each of its three alignments, without the digits that neighbours share.
        forms += [base64.b64encode(b" " * lead + secret.encode()).decode()[4:-4] for lead in range(3)]
        return [form for form in forms if form in text]

    def test_no_way_into_a_log_shows_a_key(self):
        for way in python_ways.WAYS:
            with self.subTest(way):
                bare = self.python(HERE / "python_ways.py", way, "pass", status=None)
                self.assertTrue(self.shown(bare), "without hopxguard it has to be there")
                clean = self.python(HERE / "python_ways.py", way, INSTALL, status=None)
                self.assertEqual(self.shown(clean), [])
                self.assertIn("BEGIN", clean)
                self.assertIn("END", clean)
                self.assertNotIn("withheld", clean)

    def test_without_a_key_nothing_changes(self):
        self.key = "nothing to hide"
        for way in python_ways.WAYS:
            with self.subTest(way):
                def output(preparation):
                    text = self.python(HERE / "python_ways.py", way, preparation, status=None)
                    # Addresses, times and numbers of processes and threads are not the same in two of them.
                    text = re.sub(r"0x[0-9a-f]+", "ADDRESS", text)
                    return [line for line in text.split("\n") if "'created'" not in line]

                if way not in ("socket_handler", "wrong_format"):
                    self.assertEqual(output(INSTALL), output("pass"))

    def test_other_packages_and_the_client_of_hopx_log_no_key(self):
        for name in ["hopx_client", "structlog_after_the_renderer", "structlog_before_the_renderer", "loguru",
                     "opentelemetry", "sentry"]:
            with self.subTest(name):
                text = self.python(HERE / "python_libraries.py", name)
                self.assertEqual(self.shown(text), [])
                self.assertRegex(text, "BEGIN.*END")
                self.assertIn("kept" if name != "hopx_client" else "'auth_token': '...'", text)
                self.assertNotIn("withheld", text)
                self.assertNotIn("c2lnbmF0", text)  # the token's signature

    def test_a_record_that_cannot_be_redacted_is_withheld_and_the_program_goes_on(self):
        broken = (
            f"{INSTALL}\nimport logging, os, sys, hopxguard._text as t\n"
            "def fail(*a): raise t.GuardError('out of order')\n"
            "t.default_guard().redact = fail\n"
            "log = logging.getLogger(); log.addHandler(logging.StreamHandler(sys.stdout))\n"
            "log.warning('before %s', os.environ['KEY'])\nlog.warning('clean')\n")
        text = self.python("-c", broken, errors=False)
        self.assertEqual(text, "[hopxguard: record withheld: out of order]\nclean\n")

    def test_a_handler_may_format_with_more_than_a_record(self):
        text = self.python("-c", (
            f"{INSTALL}\nimport logging, os, sys\n"
            "class Handler(logging.StreamHandler):\n"
            "    def format(self, record, end, *, start=''): return start + super().format(record) + end\n"
            "    def emit(self, record): self.stream.write(self.format(record, '>\\n', start='<'))\n"
            "log = logging.getLogger(); log.addHandler(Handler(sys.stdout))\n"
            "log.warning('clean'); log.warning(os.environ['KEY'])\n"), errors=False)
        self.assertEqual(text, f"<clean>\n<{self.key[:15]}...>\n")

    def test_redact_find_and_streams(self):
        program = """
import os, hopxguard
key = os.environ["KEY"]
text = "é " + key + " \\ud800"
assert hopxguard.redact(text) == "é " + key[:15] + "... \\ud800"
clean = "nothing"
assert hopxguard.redact(clean) is clean and hopxguard.redact(b"\\xff") == b"\\xff"
(match,) = hopxguard.find(text)
assert text[match.start:match.end] == key and match.rule == "hopx-api-key" and match.confidence == "high"
assert match.fingerprint.startswith("sha256:") and match.encoding == "plain"
redactor = hopxguard.Redactor()
out = b"".join(redactor.feed(bytes([byte])) for byte in ("a " + key + " b").encode()) + redactor.finish()
assert out == ("a " + key[:15] + "... b").encode()
open("own.toml", "w").write('[[rule]]\\nid = "own"\\nliteral = "own_"\\npattern = "own_[0-9]{8}"\\n')
open(".hopxguard.toml", "w").write('rules = ["own.toml"]\\n')
hopxguard.configure(project=".")
assert hopxguard.redact("own_12345678") != "own_12345678"
open("own.toml", "w").write('[[rule]]\\nid = "own"\\n')
try:
    hopxguard.configure(rules=["own.toml"])
    raise SystemExit("no error")
except hopxguard.GuardError as error:
    assert "own.toml:1" in str(error)
assert hopxguard.redact("own_12345678") != "own_12345678"
"""
        self.python("-c", program)

    def test_arrow_arrays_keep_their_type_nulls_and_slices(self):
        program = """
import os, pyarrow, hopxguard.arrow
key = os.environ["KEY"]
for kind in [pyarrow.string(), pyarrow.large_string(), pyarrow.binary(), pyarrow.large_binary()]:
    texts = [None, "a", key, "", "b " + key + "\\r", None, "\\0"]
    array = pyarrow.array(texts, kind)
    wanted = pyarrow.array([text and text.replace(key, key[:15] + "...") for text in texts], kind)
    for start, length in [(0, 7), (1, 5), (3, 2), (5, 2), (0, 0)]:
        result = hopxguard.arrow.redact(array.slice(start, length))
        result.validate(full=True)
        assert result.equals(wanted.slice(start, length)), (kind, start, length)
    assert hopxguard.arrow.redact(array.slice(0, 2)) == array.slice(0, 2)
"""
        self.python("-c", program)

    def test_many_threads_log_at_once(self):
        program = f"""{INSTALL}
import io, logging, os, threading
key = os.environ["KEY"]
stream = io.StringIO()
log = logging.getLogger(); log.addHandler(logging.StreamHandler(stream))
def work(number):
    for index in range(50):
        log.warning("%d %d %s %s", number, index, key, "x" * (index * 700))
threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
lines = stream.getvalue().splitlines()
assert len(lines) == 1600 and all(key[:15] + "... " in line and key[15:] not in line for line in lines)
"""
        self.python("-c", program)


if __name__ == "__main__":
    unittest.main()
