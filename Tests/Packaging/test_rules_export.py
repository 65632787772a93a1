"""`rules export`, read by the scanners that it is for: each finds our rule's own examples and passes over the others,
but for those that its format cannot express, which are named here. TruffleHog is not in the package index; its file is
checked as YAML, with patterns that Python takes."""

import json
import random
import re
import string
import tomllib

import yaml

from support import TOOLS, TOP, FolderTest

BASE62 = string.digits + string.ascii_letters
SEQUENCE = "hopx_live_{repeat:a:1}bcdefghijkl.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NAMES = [
    "hopx_live_YourKeyIdHer.{base64url:43}",
    "SELECT hopx_live_{repeat:s:1}ubscription.cancel_at_period_end FROM x",
    "hopx_live_{repeat:p:1}resentation.final-version-for-review.pdf"]
ALPHABETS = {"base62": BASE62, "base64url": BASE62 + "-_"}


def filled(template):
    def fill(match):
        kind, text, count = match.group(1), match.group(2), int(match.group(3))
        return text * count if kind == "repeat" else "".join(random.choices(ALPHABETS[kind], k=count))
    return re.sub(r"\{(repeat|base62|base64url):(?:(.):)?(\d+)\}", fill, template)


class RulesExportTests(FolderTest):
    def setUp(self):
        super().setUp()
        rule = tomllib.loads((TOP / "rules/hopx.toml").read_text())["rule"][0]
        self.examples = {}
        for field in ["match", "no_match"]:
            for index, template in enumerate(rule[field]):
                name = f"{field}-{index}.txt"
                self.examples[name] = template
                # A line end, for some of them read lines.
                self.write(f"examples/{name}", filled(template) + "\n")

    def exported(self, scanner, *more):
        text = self.run_command(TOP / ".build/payload/hopxguard", "rules", "export", "--format", scanner, *more).stdout
        suffix = {"gitleaks": "toml", "detect-secrets": "py"}.get(scanner, "yml")
        return self.write(f"{scanner}.{suffix}", text)

    def expect_found(self, names, exceptions=()):
        """Every example that must match, and of the others a sequence and `exceptions` at most."""
        found = set(names)
        wanted = {name for name in self.examples if name.startswith("match-")}
        self.assertEqual(wanted - found, set(), {self.examples[name] for name in wanted - found})
        self.assertLessEqual({self.examples[name] for name in found - wanted}, {SEQUENCE, *exceptions})

    def test_gitleaks_finds_what_it_must_and_no_more(self):
        rules = self.exported("gitleaks")
        self.run_command(
            TOOLS / "gitleaks", "dir", "--no-banner", "--redact", "--config", rules, "--report-path", "report.json",
            "--report-format", "json", "examples", status=1)
        report = json.loads((self.folder / "report.json").read_text())
        self.assertEqual({finding["RuleID"] for finding in report}, {"hopx-api-key"})
        self.expect_found(finding["File"].split("/")[-1] for finding in report)

    def test_kingfisher_finds_what_it_must_and_names_of_short_words(self):
        rules = self.exported("kingfisher")
        result = self.run_command(
            TOOLS / "kingfisher", "scan", "--rules-path", rules, "--load-builtins", "false", "--no-validate",
            "--no-update-check", "--no-dedup", "--redact", "--format", "json", "examples", status=None)
        report, _ = json.JSONDecoder().raw_decode(result.stdout, result.stdout.index("{"))
        names = {finding["finding"]["path"].split("/")[-1] for finding in report["findings"]}
        self.expect_found(names, NAMES)

    def test_detect_secrets_finds_what_it_must_and_no_more(self):
        plugin = self.exported("detect-secrets")
        result = self.run_command(TOOLS / "detect-secrets", "scan", "--all-files", "--plugin", plugin, "examples")
        results = json.loads(result.stdout)["results"]
        self.expect_found(
            name.split("/")[-1] for name, found in results.items()
            if any(secret["type"] == "Hopx API key" for secret in found))

    def test_the_file_for_trufflehog_has_the_fields_of_its_documentation(self):
        (detector,) = yaml.safe_load(self.exported("trufflehog").read_text())["detectors"]
        self.assertEqual(set(detector), {"name", "keywords", "regex", "exclude_regexes_match"})
        pattern = re.compile(detector["regex"]["key"])
        made_up = [re.compile(text) for text in detector["exclude_regexes_match"]]
        found = set()
        for name in self.examples:
            match = pattern.search((self.folder / "examples" / name).read_text())
            if match and not any(text.search(match.group()) for text in made_up):
                found.add(name)
        self.expect_found(found)

    def test_a_pattern_that_others_do_not_have_needs_a_portable_one(self):
        rule = "[[rule]]\nid = 'acme'\nliteral = 'acme_'\npattern = 'acme_(?<secret>[0-9a-f]{32}+)(?![0-9a-f])'\n"
        self.write("acme.toml", rule)
        command = [TOP / ".build/payload/hopxguard", "rules", "export", "--format", "gitleaks", "--rules", "acme.toml"]
        refused = self.run_command(*command, status=2)
        self.assertIn("acme.toml:1: rule 'acme': '}+' is not known to every tool: give it a 'portable'", refused.stderr)
        self.assertEqual(refused.stdout, "")
        self.write("acme.toml", rule + "portable = 'acme_(?<secret>[0-9a-f]{32})'\n")
        self.assertIn('regex = "acme_(?P<secret>[0-9a-f]{32})"', self.run_command(*command).stdout)
        self.write("acme.toml", rule + "portable = 'acme_(?>[0-9a-f]{32})'\n")
        refused = self.run_command(*command, status=2)
        self.assertIn("acme.toml:5: rule 'acme': portable: '(?>' is not known to every tool", refused.stderr)
