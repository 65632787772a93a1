"""Redaction and scans on Spark, as commands: `python -m hopxguard.spark`, or this file with spark-submit."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from typing import Any, List, Optional

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from hopxguard import GuardError
from hopxguard.spark import redact_logs, scan_logs, scan_repositories

_PROGRESS_SECONDS = 5


def main(arguments: Optional[List[str]] = None) -> int:
    options = _parser().parse_args(arguments)
    spark = SparkSession.builder.appName(f"hopxguard {options.command}").getOrCreate()
    ended = threading.Event()
    progress = threading.Thread(target=_show_progress, args=(spark, ended), daemon=True)
    progress.start()
    try:
        status: int = options.run(spark, options)
        return status
    except (GuardError, PySparkException) as error:
        reason = str(error).partition("\n")[0]
        print(f"hopxguard: {reason}", file=sys.stderr)
        return 2
    finally:
        ended.set()
        progress.join()
        spark.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hopxguard.spark", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        command.add_argument("--rules", action="append", default=[], metavar="FILE", help="rules of your own; repeatable")
        return command

    redact = add("redact-logs", _redact_logs, "Copy text files with the keys in them redacted.")
    redact.add_argument("source")
    redact.add_argument("target")
    redact.add_argument("--checkpoint", metavar="FOLDER", help="go on where the last call with this folder ended")
    redact.add_argument("--every", metavar="TIME", help="with --checkpoint: look for new files so often, and never end")
    scan = add("scan-logs", _scan_logs, "Print the places of keys in text files, a JSON object a line.")
    scan.add_argument("source")
    repositories = add("scan-repositories", _scan_repositories, "Scan the histories of repositories.")
    repositories.add_argument(
        "list", type=_listed, help="a file with an address or a path a line, and a size after a tab if known")
    repositories.add_argument("target", help="a folder for findings, repositories and keys, as JSON lines")
    return parser


def _listed(path: str) -> List[Any]:
    """The repositories of a list, with their sizes where they are known."""
    names: List[Any] = []
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                name, tab, size = line.strip().partition("\t")
                if tab and not size.isdecimal():
                    raise argparse.ArgumentTypeError(f"{path}: line {number}: after the tab comes a size, a whole number")
                if name:
                    names.append((name, int(size)) if tab else name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {reason}") from None
    return names


def _redact_logs(spark: SparkSession, options: argparse.Namespace) -> int:
    result = redact_logs(
        spark, options.source, options.target, rules=options.rules, checkpoint=options.checkpoint, every=options.every)
    if isinstance(result, StreamingQuery):
        result.awaitTermination()
    else:
        print(f"hopxguard: {result.rows} lines, {result.bytes} bytes", file=sys.stderr)
    return 0


def _scan_logs(spark: SparkSession, options: argparse.Namespace) -> int:
    count = 0
    for row in scan_logs(spark, options.source, rules=options.rules).orderBy("path", "line", "column").toLocalIterator():
        print(json.dumps(row.asDict()))
        count += 1
    print(f"hopxguard: {count} findings", file=sys.stderr)
    return 1 if count else 0


def _scan_repositories(spark: SparkSession, options: argparse.Namespace) -> int:
    scan = scan_repositories(spark, options.list, rules=options.rules)
    for name, rows in scan._asdict().items():
        rows.write.json(f"{options.target}/{name}")
    codes = dict(scan.repositories.groupBy("exit_code").count().collect())
    failed = sum(count for code, count in codes.items() if code not in (0, 1))
    print(f"hopxguard: {sum(codes.values())} repositories, {scan.keys.count()} keys, {failed} not scanned to the end",
          file=sys.stderr)
    return 2 if failed else 1 if scan.findings.take(1) else 0


def _show_progress(spark: SparkSession, ended: threading.Event) -> None:
    tracker, shown = spark.sparkContext.statusTracker(), ""
    while not ended.wait(_PROGRESS_SECONDS):
        stages = filter(None, (tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()))
        text = ", ".join(f"{stage.numCompletedTasks} of {stage.numTasks} tasks" for stage in stages)
        if text and text != shown:
            print(f"hopxguard: {text}", file=sys.stderr)
            shown = text


if __name__ == "__main__":
    sys.exit(main())
