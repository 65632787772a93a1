"""The container images, built as root filesystems from their Dockerfiles and started by chroot, where no container
engine runs: what is not copied into them is not there."""

import json
import os
import shutil
import stat

from support import TOP, FolderTest, key


class ImageTests(FolderTest):
    def built(self, name):
        """Carries out a Dockerfile's steps. The base image is this machine, which has git already."""
        root, stage = self.folder / "root", self.folder / "stage"
        # What every engine adds.
        for folder in ["proc", "dev"]:
            (root / folder).mkdir(parents=True)
        os.mknod(root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        (root / "dev/null").chmod(0o666)
        instructions = (TOP / "packaging" / name).read_text().replace("\\\n", "").splitlines()
        image, variables = {}, {}
        for line in instructions:
            word, _, rest = line.partition(" ")
            if word == "RUN" and not rest.startswith("apt-get "):
                self.run_command("bash", "-euc", rest.replace("/out", str(stage)))
            elif word == "COPY" and rest == "--from=git /out /":
                shutil.copytree(stage, root, dirs_exist_ok=True, symlinks=True)
            elif word == "COPY":
                source, target = rest.split()
                (root / target[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(TOP / ".build/payload" / source, root / target[1:])
            elif word in ["ENTRYPOINT", "CMD", "WORKDIR", "USER"]:
                image[word] = rest
            elif word == "ENV":
                variables.update([rest.split("=")])
            else:
                self.assertIn(word, ["FROM", "RUN", "#", ""], line)
        return root, image, variables

    def start(self, root, image, variables, *arguments, text="", status=0):
        (entry,) = json.loads(image["ENTRYPOINT"])
        # As an engine starts it: with /proc, as the image's user, in its folder.
        user, group = image["USER"].split(":")
        return self.run_command(
            "/usr/bin/unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", f"--root={root}",
            f"--wd={image.get('WORKDIR', '/')}", f"--setuid={user}", f"--setgid={group}", entry, *arguments,
            text=text, status=status, **variables)

    def test_the_bare_image_redacts_and_runs_a_command(self):
        image = self.built("Dockerfile")
        secret = key()
        output = self.start(*image, "redact", text=f"a {secret} b\n").stdout
        self.assertEqual(output, f"a {secret[:15]}... b\n")
        self.assertIn("hopxguard", self.start(*image, "run", "--", "/hopxguard", "--version").stdout)
        self.assertEqual(sorted(path.name for path in image[0].iterdir()), ["dev", "hopxguard", "proc"])

    def test_it_starts_without_proc_and_with_its_arguments(self):
        """As in a jail. The key is found, so the arguments arrived and the runtime found what it needs."""
        root = self.folder / "jail"
        (root / "dev").mkdir(parents=True)
        shutil.copy(TOP / ".build/payload/hopxguard", root / "hopxguard")
        self.write("jail/log", f"a {key()} b\n")
        found = self.run_command("/usr/sbin/chroot", root, "/hopxguard", "scan", "/log", status=1)
        self.assertIn("/log\n  1:3  Hopx API key", found.stdout)
        self.assertIn("hopxguard", self.run_command("/usr/sbin/chroot", root, "/hopxguard", "--version").stdout)
        clean = self.run_command("/usr/sbin/chroot", root, "/hopxguard", "run", "--", "/hopxguard", "redact", "/log")
        self.assertRegex(clean.stdout, r"^a hopx_live_.{5}\.\.\. b\n$")

    def test_the_image_with_git_checks_a_repository(self):
        root, image, variables = self.built("check.Dockerfile")
        source = root / "src"
        self.git("init", "-q", source)
        (source / "a.py").write_text(f"k = '{key()}'\n")
        (source / ".gitignore").write_text(".env\n.env.local\n*.key\nsecrets/\n")
        self.git("add", ".", cwd=source)
        self.git("commit", "-qm", "m", cwd=source)
        user, group = map(int, image["USER"].split(":"))
        for folder, _, names in os.walk(source):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                os.chown(path, user, group)
        self.assertEqual(image["CMD"], '["check"]')
        found = self.start(root, image, variables, "check", status=1)
        self.assertIn("a.py\n  1:6  Hopx API key", found.stdout)
        (source / "a.py").write_text("k = 1\n")
        self.git("-c", "safe.directory=*", "commit", "-qam", "m", cwd=source)
        self.start(root, image, variables, "check")
        history = self.start(root, image, variables, "scan", "--history", status=1)
        self.assertIn("Hopx API key", history.stdout)
