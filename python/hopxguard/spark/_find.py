"""Where keys are in logs: findings as rows, by file and line, and never a key."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Tuple

import pyarrow
import pyarrow.compute
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as sql

from .. import _library
from .._library import Context, GuardError, RuleFile, read_rules
from ._lines import Rules, joined
from ._redact import READ

# Of each batch as much is searched again before the next: the longest key that is encoded over several lines.
_OVERLAP = 8 * 1024
_SCHEMA = pyarrow.schema([
    ("path", pyarrow.string()), ("block", pyarrow.int64()), ("lines", pyarrow.int64()), ("line", pyarrow.int64()),
    ("column", pyarrow.int64()), ("rule", pyarrow.string()), ("fingerprint", pyarrow.string()),
    ("encoding", pyarrow.string()), ("confidence", pyarrow.string())])
_COLUMNS = (
    "path string, block bigint, lines bigint, line bigint, column bigint, rule string, fingerprint string, "
    "encoding string, confidence string")


def scan_logs(spark: SparkSession, source: str, *, rules: Iterable[RuleFile] = ()) -> DataFrame:
    """The keys in text files: `path, line, column, rule, fingerprint, encoding, confidence`.

    Lines and columns count from 1, columns in bytes. `path` is the file's address, percent-encoded. The tasks need
    libhopxguard, and fail where it cannot be loaded or a text cannot be searched to its end.

    Args:
        source: a folder, a file or a pattern, wherever Spark reads from.
        rules: rule files on this machine, used besides the built-in rules.
    """
    contents = read_rules(rules)
    lines = spark.read.format("text").options(**READ).load(source).select(
        sql.col("value").cast("binary"), sql.col("_metadata.file_path").alias("path"),
        sql.col("_metadata.file_block_start").alias("block"))
    rows = lines.mapInArrow(lambda batches: find_batches(batches, contents), _COLUMNS)
    # A large file is several blocks, each searched by a task of its own: lines of those before count too.
    before = Window.partitionBy("path").orderBy("block").rangeBetween(Window.unboundedPreceding, -1)
    numbered = rows.withColumn("line", sql.col("line") + sql.coalesce(sql.sum("lines").over(before), sql.lit(0)))
    return numbered.where("rule is not null").drop("block", "lines")


def find_batches(batches: Iterator[Any], rules: Rules) -> Iterator[Any]:
    """The keys in batches of lines with the path and the start of their block, and how many lines a block has."""
    context = _library.new_context(rules)
    if context is None:
        raise GuardError("libhopxguard cannot be loaded")
    block = None
    for batch in batches:
        rows: List[Dict[str, Any]] = []
        for begin, end in _runs(batch):
            place = (batch.column(1)[begin].as_py(), batch.column(2)[begin].as_py())
            if block is None or block.place != place:
                if block is not None:
                    rows.append(block.total())
                block = _Block(place)
            rows += block.find(context, joined(batch.column(0).slice(begin, end - begin)), end - begin)
        if rows:
            yield pyarrow.RecordBatch.from_pylist(rows, _SCHEMA)
    if block is not None:
        yield pyarrow.RecordBatch.from_pylist([block.total()], _SCHEMA)


def _runs(batch: Any) -> Iterator[Tuple[int, int]]:
    """Rows that are next to each other and of the same block."""
    ends = set()
    for index in (1, 2):
        ends.update(pyarrow.compute.run_end_encode(batch.column(index)).run_ends.to_pylist())
    begin = 0
    for end in sorted(ends):
        yield begin, end
        begin = end


class _Block:
    def __init__(self, place: Tuple[str, int]) -> None:
        self.place = place
        self._lines = 0
        # The last lines that were searched.
        self._tail = b""

    def total(self) -> Dict[str, Any]:
        return {"path": self.place[0], "block": self.place[1], "lines": self._lines}

    def find(self, context: Context, text: bytes, count: int) -> List[Dict[str, Any]]:
        text = self._tail + text + b"\n"
        line = self._lines - self._tail.count(b"\n") + 1
        counted, rows = 0, []
        for match in context.find(text):
            if match.end <= len(self._tail):
                continue
            line += text.count(b"\n", counted, match.start)
            counted = match.start
            rows.append({
                "path": self.place[0], "block": self.place[1], "lines": 0, "line": line,
                "column": match.start - text.rfind(b"\n", 0, match.start), "rule": match.rule,
                "fingerprint": match.fingerprint, "encoding": match.encoding, "confidence": match.confidence})
        self._lines += count
        tail = text[-_OVERLAP:]
        self._tail = tail[tail.find(b"\n") + 1:] if len(tail) < len(text) else tail
        return rows
