"""The hooks that install the wheel, run by pre-commit and prek themselves from an empty cache, without a network
and without Swift: all they have is Python, git and a folder with the wheel in it."""

import shutil

from support import OFFLINE, TOOLS, TOP, FolderTest, key


class HookTests(FolderTest):
    def setUp(self):
        super().setUp()
        hooks = self.folder / "hooks"
        hooks.mkdir()
        for name in ["VERSION", "pyproject.toml", ".pre-commit-hooks.yaml"]:
            shutil.copy(TOP / name, hooks / name)
        shutil.copytree(TOP / "packaging", hooks / "packaging")
        self.git("init", "-q", "-b", "main", cwd=hooks)
        self.git("add", ".", cwd=hooks)
        self.git("commit", "-qm", "hooks", cwd=hooks)
        self.git("init", "-q", "-b", "main", "app")
        self.app = self.folder / "app"
        commit = self.git("rev-parse", "HEAD", cwd=hooks).stdout.strip()
        self.write("app/.pre-commit-config.yaml", (
            "default_install_hook_types: [pre-commit, commit-msg]\n"
            f"repos: [{{repo: {hooks}, rev: {commit}, hooks: [{{id: hopxguard}}, {{id: hopxguard-commit-msg}}]}}]\n"))
        self.git("add", ".", cwd=self.app)
        self.git("commit", "-qm", "configuration", cwd=self.app)
        for name in ["git", "python3", "uv"]:
            path = TOOLS / name if name == "uv" else shutil.which(name, path="/usr/bin")
            self.write(f"bin/{name}", "").unlink()
            (self.folder / "bin" / name).symlink_to(path)
        self.environment.update(
            PRE_COMMIT_HOME=str(self.folder / "pre-commit"), PREK_HOME=str(self.folder / "prek"),
            UV_OFFLINE="1", UV_NO_INDEX="1", UV_FIND_LINKS=self.environment["PIP_FIND_LINKS"],
            UV_CACHE_DIR=str(self.folder / "uv"), UV_PYTHON_DOWNLOADS="never",
            PATH=f"{self.folder}/bin:/usr/bin:/bin")
        self.assertIsNone(shutil.which("swift", path=self.environment["PATH"]))

    def keys_stop_commits(self, tool):
        self.run_command(TOOLS / tool, "install", cwd=self.app)
        self.write("app/a.py", f"k = '{key()}'\n")
        self.git("add", "a.py", cwd=self.app)
        commit = [*OFFLINE, "git", "commit", "-qm"]
        stopped = self.run_command(*commit, "m", cwd=self.app, status=1)
        self.assertIn("this commit adds a secret", stopped.stdout + stopped.stderr)
        self.write("app/a.py", "k = os.environ['HOPX_API_KEY']\n")
        self.git("add", "a.py", cwd=self.app)
        stopped = self.run_command(*commit, key(), cwd=self.app, status=1)
        self.assertIn("the commit message contains a secret", stopped.stdout + stopped.stderr)
        self.run_command(*commit, "m", cwd=self.app)

    def test_pre_commit_installs_the_wheel_and_stops_keys(self):
        self.keys_stop_commits("pre-commit")

    def test_prek_installs_the_wheel_and_stops_keys(self):
        self.keys_stop_commits("prek")
