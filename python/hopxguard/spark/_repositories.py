"""The histories of many repositories, a task each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union

from pyspark import StorageLevel, TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from .._library import GuardError, RuleFile, _read
from .._text import redact_or_withhold
from ._lines import Rules, command, rule_options

_FINDING = {
    "rule": "string", "severity": "string", "confidence": "string", "secret": "string", "fingerprint": "string",
    "path": "string", "line": "bigint", "column": "bigint", "endColumn": "bigint", "encoding": "string",
    "commit": "string", "author": "string", "date": "string", "ref": "string"}
_COUNTS = ("files", "bytes", "commits", "objects", "findings")
_SCHEMA = (
    f"repository string, finding struct<{', '.join(f'{name}: {kind}' for name, kind in _FINDING.items())}>, "
    f"result struct<exit_code: int, error: string, {', '.join(f'{name}: bigint' for name in _COUNTS)}, "
    "seconds: double, problems: array<string>>")
# git asks nobody, and takes nothing from the configuration of the machine's users.
_GIT = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}


class RepositoryScan(NamedTuple):
    """What was found. The scan runs when one of these is first used; what it finds is kept on the workers' disks."""

    findings: DataFrame
    """A row for each finding: `repository`, and the fields of `--format jsonl`. `secret` is the redacted form."""
    repositories: DataFrame
    """A row for each repository: `exit_code` as of `hopxguard scan`, `error` if it could not be scanned at all, what was
    counted, and in `problems` what was not scanned."""
    keys: DataFrame
    """A row for each key, by fingerprint, with all the repositories that it is in."""


def scan_repositories(
    spark: SparkSession,
    repositories: Iterable[Union[str, Tuple[str, int]]],
    *,
    rules: Iterable[RuleFile] = (),
    timeout: float = 3600,
) -> RepositoryScan:
    """Scans all that each of the repositories stores, with `hopxguard scan --history`.

    A repository that cannot be cloned or scanned, or whose tasks die, is a row with exit code 2. Allow-lists and settings
    in the repositories do not count.

    Args:
        repositories: addresses that git clones, or paths on all machines; with a size each, in any unit, if known. The
            largest are scanned first. Sizes of paths are measured on this machine; unknown ones count as large.
        rules: rule files on this machine, used besides the built-in rules.
        timeout: seconds that a clone, and a scan, may take.
    """
    context = spark.sparkContext
    names = _largest_first(repositories)
    contents = [(os.fspath(path), _read(path)) for path in rules]
    attempts = max(1, int(context.getConf().get("spark.task.maxFailures", "4")) - 1)

    def scan(part: Iterator[str]) -> Iterator[Tuple[Any, ...]]:
        task = TaskContext.get()
        for name in part:
            if task is not None and task.attemptNumber() >= attempts:
                yield _failed(name, f"its task has died {task.attemptNumber()} times")
            else:
                yield from _scan(name, contents, timeout)

    rows = spark.createDataFrame(context.parallelize(names, max(1, len(names))).mapPartitions(scan), _SCHEMA)
    rows = rows.persist(StorageLevel.DISK_ONLY)
    findings = rows.where("finding is not null").select("repository", "finding.*")
    keys = findings.groupBy("fingerprint").agg(
        sql.min("rule").alias("rule"), sql.min("severity").alias("severity"), sql.min("secret").alias("secret"),
        sql.min("date").alias("first_date"), sql.count(sql.lit(1)).alias("findings"),
        sql.sort_array(sql.collect_set("repository")).alias("repositories"))
    return RepositoryScan(findings, rows.where("result is not null").select("repository", "result.*"), keys)


def _largest_first(repositories: Iterable[Union[str, Tuple[str, int]]]) -> List[str]:
    sizes: Dict[str, float] = {}
    for item in repositories:
        name, size = (item, _size(item)) if isinstance(item, str) else item
        sizes[name] = size
    return sorted(sizes, key=lambda name: -sizes[name])


def _size(name: str) -> float:
    if is_address(name) or not os.path.isdir(name):
        return float("inf")
    store = os.path.join(name, ".git") if os.path.isdir(os.path.join(name, ".git")) else name
    return sum(
        os.lstat(os.path.join(folder, file)).st_size for folder, _, files in os.walk(store) for file in files)


def is_address(name: str) -> bool:
    """Whether git would clone it from elsewhere: a URL, or `host:path`."""
    return "://" in name or ":" in name.split("/")[0]


def shown(name: str) -> str:
    """The address without a user's name and password."""
    scheme, separator, rest = name.partition("://")
    if not separator:
        return redact_or_withhold(name)
    host, slash, path = rest.partition("/")
    return redact_or_withhold(scheme + separator + host.rpartition("@")[2] + slash + path)


def _failed(name: str, error: str) -> Tuple[Any, ...]:
    return (shown(name), None, (2, redact_or_withhold(error), 0, 0, 0, 0, 0, 0.0, []))


def _scan(name: str, rules: Rules, timeout: float) -> Iterator[Tuple[Any, ...]]:
    with tempfile.TemporaryDirectory(prefix="hopxguard-", ignore_cleanup_errors=True) as folder:
        try:
            options = rule_options(rules, folder)
            path = name
            if is_address(name):
                path = os.path.join(folder, "clone.git")
                _clone(name, path, folder, timeout)
            report = os.path.join(folder, "report")
            status = _run(
                [command(), "scan", "--history", "--no-allow", "--config", os.devnull, "--format", "jsonl", "--output",
                 report, "--quiet", "--no-progress", "--jobs", "1", *options, "--", path], folder, timeout)
            yield from _rows(name, report, status)
        except (GuardError, OSError, ValueError) as error:
            yield _failed(name, str(error))


def _clone(name: str, path: str, folder: str, timeout: float) -> None:
    errors = os.path.join(folder, "errors")
    status = _run(["git", "clone", "--mirror", "--quiet", "--template=", "--", name, path], folder, timeout)
    if status:
        with open(errors, "rb") as file:
            lines = file.read().decode("utf-8", "replace").strip().replace(name, shown(name)).split("\n")
        raise GuardError(f"git clone ended with {status}: {lines[-1][:300]}")


def _run(words: List[str], folder: str, timeout: float) -> int:
    """Runs a command, and ends it with all its children when it takes too long."""
    with open(os.path.join(folder, "errors"), "wb") as errors:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            env={**os.environ, **_GIT})
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise GuardError(f"{os.path.basename(words[0])} {words[1]} took longer than {timeout:g} s") from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _rows(name: str, report: str, status: int) -> Iterator[Tuple[Any, ...]]:
    summary: Optional[Dict[str, Any]] = None
    if os.path.exists(report):
        with open(report, encoding="utf-8", errors="replace") as file:
            for line in file:
                entry = json.loads(line)
                if "summary" in entry:
                    summary = entry
                else:
                    yield (shown(name), tuple(entry.get(field) for field in _FINDING), None)
    if summary is None:
        yield _failed(name, f"hopxguard scan ended with {status}")
        return
    counts, problems = summary["summary"], summary["problems"]
    yield (
        shown(name), None,
        (status, None, *(counts[field] for field in _COUNTS), float(counts["seconds"]),
         [f"{problem.get('path', '')}: {problem['message']}" for problem in problems]))
