"""Logs without their keys, as a batch or as a stream with a checkpoint."""

from __future__ import annotations

from typing import Any, Iterable, NamedTuple, Optional, Union

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.streaming import StreamingQuery

from .._library import GuardError, RuleFile, read_rules
from ._lines import Rules, redact_batches

_FILES_PER_BATCH = 1000
# Files that are damaged or gone fail the job; folders below are read too, and their names are no columns.
READ = {"lineSep": "\n", "recursiveFileLookup": "true", "ignoreCorruptFiles": "false", "ignoreMissingFiles": "false"}


class Redaction(NamedTuple):
    """What a batch has redacted."""

    rows: int
    bytes: int
    """Of the lines, without their ends."""


def redact_logs(
    spark: SparkSession,
    source: str,
    target: str,
    *,
    rules: Iterable[RuleFile] = (),
    checkpoint: Optional[str] = None,
    every: Optional[str] = None,
) -> Union[Redaction, StreamingQuery]:
    """Copies text files line by line, with the keys in them redacted. All other bytes stay as they are.

    Without `checkpoint` it is one batch, which needs a new `target` folder. With it, each call goes on where the last
    one ended, and writes what is new to `target/run=ID/batch=N`.

    Args:
        source: a folder, a file or a pattern, wherever Spark reads from.
        target: a folder for the redacted files.
        rules: rule files on this machine, used besides the built-in rules.
        checkpoint: a folder in which Structured Streaming keeps what it has done.
        every: with `checkpoint`, how often to look for new files, such as "1 minute". By default the query ends when it
            has redacted what is there.

    Raises:
        GuardError: a rule file cannot be used, or not as many lines came out as went in.
    """
    contents = read_rules(rules)
    if checkpoint is None:
        lines = spark.read.format("text").options(**READ).load(source)
        return _write(lines, contents, target, "error")

    def write(lines: DataFrame, number: int) -> None:
        run = lines.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId")
        # A batch that is done again after a failure replaces what there is of it.
        _write(lines, contents, f"{target}/run={run}/batch={number}", "overwrite")

    lines = (
        spark.readStream.format("text").schema("value string").options(**READ)
        .option("maxFilesPerTrigger", _FILES_PER_BATCH).load(source))
    writer = lines.writeStream.foreachBatch(write).option("checkpointLocation", checkpoint)
    trigger: Any = writer.trigger(availableNow=True) if every is None else writer.trigger(processingTime=every)
    return trigger.start()


def _write(lines: DataFrame, rules: Rules, target: str, mode: str) -> Redaction:
    before, after = Observation(), Observation()
    counted = lines.select(sql.col("value").cast("binary")).observe(
        before, sql.count(sql.lit(1)).alias("rows"), sql.sum(sql.octet_length("value")).alias("bytes"))
    redacted = redact_lines(counted, rules).observe(after, sql.count(sql.lit(1)).alias("rows"))
    redacted.select(sql.col("value").cast("string")).write.mode(mode).option("lineSep", "\n").text(target)
    if before.get["rows"] != after.get["rows"]:
        raise GuardError(f"{before.get['rows']} lines went in and {after.get['rows']} came out")
    return Redaction(before.get["rows"], before.get["bytes"] or 0)


def redact_lines(lines: DataFrame, rules: Rules) -> DataFrame:
    return lines.mapInArrow(lambda batches: redact_batches(batches, rules), "value binary")
