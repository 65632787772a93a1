"""The recipes for JavaScript and TypeScript, with the real node: console output under `hopxguard run`, and a log file."""

import shutil
import unittest

from support import TOP, FolderTest, key

PROGRAM = """
const key = process.env.KEY;
console.log("out", key, { nested: [key] });
console.error(`error ${key}`);
process.stdout.write("cut " + key.slice(0, 30)); process.stdout.write(key.slice(30) + "\\n");
setTimeout(() => { throw new Error("uncaught " + key); }, 1);
"""
FILE = """
import { redactedFile } from "./redacted-file.mjs";
const stream = redactedFile("app.log");
const log = new console.Console(stream);
for (let number = 0; number < 1000; number++) log.info("line %d %s end", number, process.env.KEY);
stream.end();
"""


class NodeTests(FolderTest):
    def setUp(self):
        super().setUp()
        self.key = key()
        shutil.copy(TOP / "examples/node/redacted-file.mjs", self.folder)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/hopxguard").symlink_to(TOP / ".build/release/hopxguard")
        self.path = f"{self.folder}/bin:/usr/local/bin:/usr/bin:/bin"

    def test_run_redacts_the_console_and_uncaught_errors(self):
        result = self.run_command("hopxguard", "run", "--", "node", "-e", PROGRAM, status=1, KEY=self.key, PATH=self.path)
        cut = self.key[:15] + "..."
        self.assertEqual(result.stdout, f"out {cut} {{\n  nested: [\n    '{cut}'\n  ]\n}}\ncut {cut}\n")
        self.assertIn(f"error {cut}\n", result.stderr)
        self.assertIn(f"Error: uncaught {cut}\n", result.stderr)

    def test_a_stream_to_a_file_is_redacted_and_whole(self):
        self.write("app.mjs", FILE)
        self.run_command("node", "app.mjs", KEY=self.key, PATH=self.path)
        self.assertEqual(
            (self.folder / "app.log").read_text(),
            "".join(f"line {number} {self.key[:15]}... end\n" for number in range(1000)))

    def test_without_hopxguard_the_program_ends_and_nothing_is_written(self):
        self.write("app.mjs", FILE)
        (self.folder / "bin/hopxguard").unlink()
        result = self.run_command("node", "app.mjs", status=1, KEY=self.key, PATH=self.path)
        self.assertIn("ENOENT", result.stderr)
        self.assertEqual((self.folder / "app.log").read_text(), "")


if __name__ == "__main__":
    unittest.main()
