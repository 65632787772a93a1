"""What `scripts/release` leaves in dist/: an archive and checksums that fit, an installer that compares before it does
anything, and the same bytes from the same sources."""

import hashlib
import os
import shutil
import subprocess
import tarfile

from support import DIST, TOP, VERSION, FolderTest, wheel


class ReleaseTests(FolderTest):
    @classmethod
    def setUpClass(cls):
        before = hashlib.sha256(wheel().read_bytes()).hexdigest()
        subprocess.run([TOP / "scripts/release"], check=True, stdout=subprocess.DEVNULL)
        cls.same_wheel = before == hashlib.sha256(wheel().read_bytes()).hexdigest()

    def archive(self):
        (path,) = DIST.glob("hopxguard-*.tar.gz")
        return path

    def test_the_checksums_fit_and_the_wheel_is_the_same_again(self):
        self.run_command("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=DIST)
        listed = {line.split()[1] for line in (DIST / "SHA256SUMS").read_text().splitlines()}
        self.assertEqual(listed, {path.name for path in DIST.iterdir()} - {"SHA256SUMS", "release-notes.md"})
        self.assertTrue(self.same_wheel)
        self.assertIn("First release", (DIST / "release-notes.md").read_text())

    def test_the_archive_holds_what_make_install_installs(self):
        caller = {name: os.environ[name] for name in ["PATH", "HOME"]}  # where the compiler is
        self.run_command("make", "install", f"PREFIX={self.folder}/installed", cwd=TOP, **caller)
        installed = {str(path.relative_to(self.folder / "installed"))
                     for path in (self.folder / "installed").rglob("*") if path.is_file()}
        with tarfile.open(self.archive()) as tar:
            members = {member.name.split("/", 1)[1]: member for member in tar.getmembers()}
        self.assertEqual(
            set(members) - installed, {"LICENSE", "THIRD-PARTY.txt", "hopxguard.cdx.json"})
        self.assertEqual(installed - set(members), set())
        self.assertEqual(members["bin/hopxguard"].mode, 0o755)
        self.assertEqual({(member.uid, member.gid, member.uname) for member in members.values()}, {(0, 0, "")})

    def test_the_installer_installs_what_its_checksums_say_and_nothing_else(self):
        mirror = self.folder / "mirror"
        mirror.mkdir()
        shutil.copy(self.archive(), mirror)
        install = ["sh", DIST / "install.sh"]
        where = {"HOPXGUARD_ADDRESS": mirror.as_uri(), "PREFIX": str(self.folder / "prefix")}
        self.run_command("sh", "-n", DIST / "install.sh")
        installed = self.run_command(*install, **where)
        self.assertIn(f"installed hopxguard {VERSION}", installed.stdout)
        self.run_command(self.folder / "prefix/bin/hopxguard", "--version")
        self.assertTrue((self.folder / "prefix/share/man/man1/hopxguard.1").exists())
        shutil.rmtree(self.folder / "prefix")
        with (mirror / self.archive().name).open("ab") as file:
            file.write(b"x")
        refused = self.run_command(*install, status=1, **where)
        self.assertIn("nothing is installed", refused.stderr)
        self.assertFalse((self.folder / "prefix").exists())
        (mirror / self.archive().name).unlink()
        self.run_command(*install, status=1, **where)
        # Half a download of the installer defines a function and calls nothing.
        text = (DIST / "install.sh").read_text()
        half = self.write("half.sh", text[:text.rindex("main")])
        self.run_command("sh", half, **where)
        self.assertFalse((self.folder / "prefix").exists())

    def test_a_tag_that_does_not_fit_is_refused(self):
        refused = self.run_command(TOP / "scripts/release", "--tag", "v9.9.9", status=1)
        self.assertIn(f"the tag is v9.9.9, VERSION says {VERSION}", refused.stderr)

    def test_the_formula_names_the_archive_and_its_checksum(self):
        formula = (DIST / "hopxguard.rb").read_text()
        self.assertIn(self.archive().name, formula)
        self.assertIn(hashlib.sha256(self.archive().read_bytes()).hexdigest(), formula)
        self.assertNotIn("@", formula.replace("@example", ""))
