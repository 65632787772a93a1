"""The GitHub action and the GitLab job, their shell parts run as the platforms run them, in a root like a fresh
container's: they install the wheel, cache it, and say where hopxguard came from."""

import pathlib
import shutil

import yaml

from clean_root import CleanRoot
from support import DIST, TOP, VERSION, FolderTest, key, wheel


class CITests(FolderTest):
    def setUp(self):
        super().setUp()
        self.root = CleanRoot(self, DIST)
        self.git("init", "-q", "-b", "main", cwd=self.root.work)
        self.write("work/.gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
        self.write("work/a.py", "x\n")
        self.commit("base")
        self.base = self.git("rev-parse", "HEAD", cwd=self.root.work).stdout.strip()
        self.write("work/a.py", f"k = '{key()}'\n")
        self.commit("key")
        self.tip = self.git("rev-parse", "HEAD", cwd=self.root.work).stdout.strip()

    def commit(self, message):
        self.git("add", ".", cwd=self.root.work)
        self.git("commit", "-qm", message, cwd=self.root.work)

    def run_inside(self, script, folder, variables, status):
        (self.root.work / ".git/job.sh").write_text(script)
        result = self.root.run("/work/.git/job.sh", folder, variables)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        self.assertNotRegex(result.stdout + result.stderr, r"hopx_live_[0-9A-Za-z]{6}")
        return result.stdout, result.stderr

    # GitHub

    def action(self, status, **inputs):
        """The steps `plan` and `check`; what the cache would keep stays between two runs."""
        action = yaml.safe_load((TOP / "action.yml").read_text())
        inside = self.root.work / ".git/action"
        if not inside.exists():
            inside.mkdir()
            for name in ["VERSION", "Package.swift", "Makefile", "action.yml"]:
                shutil.copy(TOP / name, inside / name)
            for name in ["scripts", "Sources", "rules", "hooks"]:
                shutil.copytree(TOP / name, inside / name)
        event = f'{{"before": "{self.base}", "after": "{self.tip}", "ref": "refs/heads/main"}}'
        (self.root.work / ".git/event.json").write_text(event)
        for name in ["output", "page"]:
            (self.root.work / ".git" / name).write_text("")
        variables = {
            "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": "/work/.git/event.json",
            "GITHUB_ACTION_PATH": "/work/.git/action", "GITHUB_OUTPUT": "/work/.git/output",
            "GITHUB_STEP_SUMMARY": "/work/.git/page", "RUNNER_TEMP": "/tmp", "RUNNER_TOOL_CACHE": "/work/.git/tools"}
        for name, value in {name: str(more.get("default", "")) for name, more in action["inputs"].items()}.items():
            value = inputs.get(name.replace("-", "_"), "" if "${{" in value else value)
            variables[f"INPUT_{name.upper().replace('-', '_')}"] = value
        steps = {step["id"]: step["run"] for step in action["runs"]["steps"] if "id" in step}
        script = "\n".join(["git config --global --add safe.directory /work", steps["plan"], steps["check"]])
        return self.run_inside(script, "/work", variables, status)

    def test_the_action_installs_a_wheel_and_takes_it_from_the_cache_the_next_time(self):
        output, errors = self.action(1, wheel=f"file:///dist/{wheel().name}")
        self.assertIn(f"hopxguard {VERSION}", errors)
        self.assertIn("hopxguard from the wheel (file:///dist/", errors)
        self.assertIn("::error file=a.py,line=1", output)
        outputs = (self.root.work / ".git/output").read_text()
        self.assertIn("key=hopxguard-", outputs)
        self.assertIn("exit-code=1\nfindings=1\n", outputs)
        output, errors = self.action(1, wheel=f"file:///dist/{wheel().name}")
        self.assertIn("hopxguard from the cache: /work/.git/tools/hopxguard/", errors)

    def test_the_action_takes_a_path_and_a_folder_of_wheels(self):
        for place in [f"/dist/{wheel().name}", "/dist"]:
            _, errors = self.action(1, wheel=place)
            self.assertIn(f"hopxguard from the wheel ({place})", errors)
            self.assertEqual((self.root.work / ".git/output").read_text().count("key="), 0)

    def test_without_a_wheel_the_action_builds_and_without_swift_it_fails(self):
        output, errors = self.action(2)
        self.assertIn("no wheel could be installed (index), so it is built from source", errors)
        self.assertIn("::error title=hopxguard::there is no wheel and no Swift", errors)

    def test_with_swift_the_action_builds_its_own_sources(self):
        swift = shutil.which("swift")
        search = f"{pathlib.Path(swift).parent}:/usr/bin:/bin"
        for way in ["its sources", "the cache"]:
            result = self.run_command(
                TOP / "scripts/action-install", PATH=search, HOME=str(pathlib.Path.home()), INPUT_WHEEL="none",
                RUNNER_TOOL_CACHE=str(self.folder / "tools"))
            self.assertIn(f"hopxguard from {way}: {result.stdout}", result.stderr)
        version = self.run_command(result.stdout.strip(), "--version").stdout
        self.assertTrue(version.startswith(f"hopxguard {VERSION}"))

    # GitLab

    def job(self, status, **variables):
        job = yaml.safe_load((TOP / "templates/gitlab.yml").read_text())["hopxguard"]
        self.assertEqual(job["image"], "python:3-slim")
        self.assertEqual(job["cache"]["paths"], [".hopxguard-ci/"])
        values = {
            "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": self.tip, "CI_PROJECT_DIR": "/work",
            "CI_COMMIT_BEFORE_SHA": self.base, "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main",
            **job["variables"], **variables}
        script = "git config --global --add safe.directory /work\n" + "\n".join(job["script"])
        return self.run_inside(script, "/work", values, status)

    def test_the_gitlab_job_installs_a_wheel_and_takes_it_from_the_cache_the_next_time(self):
        output, errors = self.job(1, HOPXGUARD_WHEEL=f"/dist/{wheel().name}")
        self.assertIn(f"hopxguard from the wheel /dist/{wheel().name}: hopxguard {VERSION}", output)
        self.assertIn("a.py\n  1:6  Hopx API key", output)
        self.assertTrue((self.root.work / "gl-secret-detection-report.json").stat().st_size)
        output, errors = self.job(1, HOPXGUARD_WHEEL=f"/dist/{wheel().name}")
        self.assertIn(f"hopxguard from the cache: hopxguard {VERSION}", output)
        self.assertNotIn("hopxguard-ci", output + errors)
        output, errors = self.job(2, HOPXGUARD_WHEEL="hopxguard==0.0.0")
        self.assertIn("neither as a wheel (hopxguard==0.0.0) nor with Swift", errors)
