"""The wheel, as a user meets it: installed with pip into a fresh virtual environment without a network, used, and
uninstalled. The command is the static binary itself and opens nothing of the system's C library."""

import json
import re
import subprocess
import sys
import zipfile

from support import OFFLINE, PYTHON, TOP, VERSION, FolderTest, key, library_wheel, wheel


class WheelTests(FolderTest):
    def install(self, *options):
        bin = self.virtual_environment()
        self.run_command(*OFFLINE, bin / "pip", "install", "-q", *options, "hopxguard")
        return bin

    def test_installed_it_finds_and_redacts_and_uninstalled_it_is_gone(self):
        bin = self.install()
        version = self.run_command(bin / "hopxguard", "--version").stdout
        self.assertRegex(version, rf"^hopxguard {re.escape(VERSION)}( \([0-9a-f]{{12}}(-dirty)?\))?\n$")
        secret = key()
        self.write("src/app.py", f"api_key = '{secret}'\n")
        found = self.run_command(bin / "hopxguard", "scan", "src", status=1)
        self.assertIn("app.py\n  1:12  Hopx API key", found.stdout)
        redacted = self.run_command(bin / "hopxguard", "redact", text=f"a {secret} b\n")
        self.assertEqual(redacted.stdout, f"a {secret[:15]}... b\n")
        module = self.run_command(bin / "python", "-m", "hopxguard", "redact", text=f"{secret}\n")
        self.assertEqual(module.stdout, f"{secret[:15]}...\n")
        self.run_command(bin / "python", "-m", "hopxguard", "scan", "src", status=1)
        self.run_command(bin / "pip", "uninstall", "-qy", "hopxguard")
        self.assertFalse((bin / "hopxguard").exists())
        self.run_command(bin / "python", "-c", "import hopxguard", status=1)

    def test_the_package_finds_its_command_wherever_pip_puts_it(self):
        show = "import hopxguard; print(hopxguard.find_binary())"
        bin = self.install()
        self.assertEqual(self.run_command(bin / "python", "-c", show).stdout, f"{bin}/hopxguard\n")
        (bin / "hopxguard").unlink()
        lost = self.run_command(bin / "python", "-c", show, status=1)
        self.assertIn("FileNotFoundError: the hopxguard command is not where its package installs it", lost.stderr)
        for option, path in [("--target", "here"), ("--prefix", "there")]:
            self.run_command(bin / "pip", "install", "-qI", option, self.folder / path, "hopxguard")
            (site,) = self.folder.glob(f"{path}/**/hopxguard/__init__.py")
            found = self.run_command(PYTHON, "-c", show, PYTHONPATH=str(site.parent.parent)).stdout
            self.assertEqual(found, f"{self.folder}/{path}/bin/hopxguard\n")

    def test_the_command_opens_no_shared_library_and_nothing_of_the_c_library(self):
        bin = self.install()
        self.git("init", "-q", "repository")
        repository = self.folder / "repository"
        self.write("repository/a", "x\n")
        self.git("add", ".", cwd=repository)
        self.git("commit", "-qm", "m", cwd=repository)
        for arguments in [["--version"], ["scan"], ["scan", "--history"], ["redact", "a"], ["check"]]:
            trace = self.folder / "trace"
            self.run_command(
                "strace", "-f", "-o", trace, "-e", "trace=execve,open,openat,connect", bin / "hopxguard", *arguments,
                cwd=repository, status=None)
            foreign, opened = set(), []
            for line in trace.read_text(errors="replace").splitlines():
                process, call = line.split(maxsplit=1)
                if call.startswith("execve(") and "/hopxguard\"" not in call:
                    foreign.add(process)  # git, from here on
                elif process not in foreign and not call.startswith("execve("):
                    opened.append(call)
            for call in opened:
                self.assertNotRegex(call, r"\.so\b|nsswitch|gconv|/etc/passwd|locale-archive|resolv\.conf|connect\(")

    def test_it_is_small_and_holds_licences_and_a_bill_of_materials(self):
        self.assertLess(wheel().stat().st_size, 9_100_000)
        with zipfile.ZipFile(wheel()) as archive:
            names = archive.namelist()
            info = f"hopxguard-{VERSION}.dist-info"
            self.assertIn(f"{info}/licenses/LICENSE", names)
            self.assertIn("pcre2", archive.read(f"{info}/extra_metadata/THIRD-PARTY.txt").decode().lower())
            bill = json.loads(archive.read(f"{info}/sboms/hopxguard.cdx.json"))
            parts = {part["name"]: part for part in bill["components"]}
            for name in ["swift", "swift-argument-parser", "libpcre2-dev", "libarchive-dev", "libc6-dev"]:
                self.assertTrue(parts[name]["version"] and parts[name]["purl"].startswith("pkg:"))
            binary = archive.getinfo(f"hopxguard-{VERSION}.data/scripts/hopxguard")
            self.assertEqual(binary.external_attr >> 16 & 0o777, 0o755)
            self.write("binary", "").write_bytes(archive.read(binary))
        self.assertIn("no symbols", self.run_command("nm", "binary").stderr)

    def test_the_same_binary_gives_the_same_bytes(self):
        before = wheel().read_bytes()
        again = self.folder / "again"
        library = library_wheel().read_bytes()
        subprocess.run(
            [TOP / "scripts/wheel", TOP / ".build/release/hopxguard", again, TOP / ".build/library/libhopxguard.so"],
            check=True, stdout=sys.stderr)
        self.assertEqual({path.name for path in again.glob("*.whl")}, {wheel().name, library_wheel().name})
        self.assertEqual((again / wheel().name).read_bytes(), before)
        self.assertEqual((again / library_wheel().name).read_bytes(), library)

    def test_pip_takes_the_wheel_with_the_library_and_without_it_the_command_redacts(self):
        bin = self.install()
        secret = key()
        redact = f"import hopxguard; print(hopxguard.redact('a {secret}'), {{}})"
        code = "type(hopxguard._text.default_guard()).__name__"
        result = self.run_command(bin / "python", "-c", redact.format(code)).stdout
        self.assertEqual(result, f"a {secret[:15]}... Guard\n")
        self.run_command(*OFFLINE, bin / "pip", "install", "-q", "--force-reinstall", wheel())
        result = self.run_command(bin / "python", "-c", redact.format(code)).stdout
        self.assertEqual(result, f"a {secret[:15]}... CommandGuard\n")
