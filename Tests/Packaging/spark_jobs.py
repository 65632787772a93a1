"""The jobs of test_spark.py, all in one Spark of two workers: `spark_jobs.py FOLDER`. KEY and FAULTS are in the environment.

Prints `ok` and the name of each job that did what it should, and why another did not.
"""

import base64
import os
import pathlib
import random
import subprocess
import sys
import time
import traceback

from pyspark.sql import SparkSession

import hopxguard
import hopxguard.spark.__main__ as commands
from hopxguard.spark import redact_logs, scan_logs, scan_repositories

FOLDER = pathlib.Path(sys.argv[1])
FAULTS = pathlib.Path(os.environ["FAULTS"])
KEY = os.environ["KEY"].encode()
CUT = KEY[:15] + b"..."

spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    .config("spark.executor.memory", "640m").config("spark.driver.memory", "640m")
    .config("spark.local.dir", str(FOLDER / "local")).config("spark.network.timeout", "600s")
    # Little files are many tasks, and each of many batches.
    .config("spark.sql.files.maxPartitionBytes", "40000").config("spark.sql.files.openCostInBytes", "1")
    .config("spark.sql.files.minPartitionNum", "2").config("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
    .config("spark.sql.shuffle.partitions", "2").getOrCreate())


def lines_with_keys(first, count):
    """Lines of all bytes but the line end, each with its number; some with keys, plain or base64 over two lines."""
    pick = random.Random(first)
    lines = []
    while len(lines) < count:
        number = b"%d " % (first + len(lines))
        noise = bytes(pick.choices([byte for byte in range(256) if byte != 10], k=60))
        lines.append(number + pick.choice([noise, noise + b" " + KEY + b"\r", b"\0 " + KEY + b" " + noise, b"\r"]))
    return lines


def text(lines):
    return b"".join(line + b"\n" for line in lines)


def write(name, data):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path.parent)


def written(folder):
    return b"".join(path.read_bytes() for path in sorted((FOLDER / folder).rglob("part-*")))


def same_lines(folder, lines):
    """Each line exactly once, without its key."""
    wanted = sorted(line.replace(KEY, CUT) for line in lines)
    out = written(folder)
    assert out.endswith(b"\n") and sorted(out[:-1].split(b"\n")) == wanted


def order(*faults):
    for fault in faults:
        (FAULTS / fault).touch()


def batch():
    """Bytes stay as they are, in their order, and as `hopxguard redact` leaves them: base64 over two lines too."""
    wrapped = base64.b64encode(b"x" * 30 + KEY + b"y" * 30)
    lines = lines_with_keys(0, 150) + [wrapped[:76], wrapped[76:], b"", b"\xef\xbb\xbf\xff\xfe", b"last"]
    source = write("batch/log", text(lines))
    result = redact_logs(spark, source, str(FOLDER / "batch-out"))
    assert result.rows == len(lines) and result.bytes == len(text(lines)) - len(lines)
    assert written("batch-out") == hopxguard.redact(text(lines))


def faults():
    """A task that fails half way, one that is killed, and a worker that is killed."""
    lines = lines_with_keys(1000, 6000)
    for part in range(4):
        write(f"faults/log{part}", text(lines[part::4]))
    order("raise", "kill-task", "kill-worker")
    result = redact_logs(spark, str(FOLDER / "faults"), str(FOLDER / "faults-out"))
    assert len(list(FAULTS.glob("*.done"))) == 3
    assert result.rows == len(lines)
    same_lines("faults-out", lines)


def stream():
    """A query that fails goes on from its checkpoint."""
    lines = lines_with_keys(20000, 1200)
    target, checkpoint = str(FOLDER / "stream-out"), str(FOLDER / "checkpoint")
    source = write("stream/a", text(lines[:400]))
    redact_logs(spark, source, target, checkpoint=checkpoint).awaitTermination()
    same_lines("stream-out", lines[:400])
    write("stream/b", text(lines[400:]))
    order("raise-always")
    query = redact_logs(spark, source, target, checkpoint=checkpoint)
    try:
        query.awaitTermination()
        raise SystemExit("no error")
    except Exception as error:
        assert "a fault of the test" in str(error)
    same_lines("stream-out", lines[:400])
    (FAULTS / "raise-always").unlink()
    redact_logs(spark, source, target, checkpoint=checkpoint).awaitTermination()
    same_lines("stream-out", lines)


def find():
    lines = lines_with_keys(30000, 3000)
    source = write("find/a b.log", text(lines))
    found = scan_logs(spark, source).orderBy("line").collect()
    wanted = [(number, line.index(KEY) + 1) for number, line in enumerate(lines, 1) if KEY in line]
    assert [(row.line, row.column) for row in found] == wanted
    assert {row.path.rsplit("/", 1)[1] for row in found} == {"a%20b.log"}
    (match,) = hopxguard.find(KEY)
    assert {(row.rule, row.fingerprint) for row in found} == {(match.rule, match.fingerprint)}


def git(*arguments, cwd):
    subprocess.run(["git", *arguments], cwd=cwd, check=True)


def repositories():
    """One row for each, whatever becomes of it; a key that is in three of them is one key."""
    first = FOLDER / "repositories/first"
    first.mkdir(parents=True)
    git("init", "-q", cwd=first)
    (first / "a").write_bytes(b"key " + KEY + b"\n")
    # What a repository allows itself does not count.
    (first / ".hopxguard.toml").write_text('[[allow]]\npath = "a"\nreason = "none"\n')
    git("add", ".", cwd=first)
    git("commit", "-qm", "first", cwd=first)
    git("rm", "-q", "a", cwd=first)
    git("commit", "-qm", "second", cwd=first)
    git("clone", "-q", "--mirror", str(first), str(first.parent / "fork.git"), cwd=first)
    git("init", "-q", "empty", cwd=first.parent)
    (first.parent / "no repository").mkdir()
    (first.parent / "deadly").mkdir()
    password = "http://user:pass" + "word@127.0.0.1:1/x.git"
    names = [f"{first.parent}/{name}" for name in ("first", "fork.git", "empty", "no repository", "missing", "deadly")]
    scan = scan_repositories(spark, [*names, (f"file://{first}", 5), password, "ext::touch " + str(FOLDER / "bad")])
    rows = {row.repository: row for row in scan.repositories.collect()}
    codes = {name.rsplit("/", 1)[1] + (" by URL" if "://" in name else ""): row.exit_code for name, row in rows.items()}
    assert codes == {
        "first": 1, "fork.git": 1, "empty": 0, "no repository": 2, "missing": 2, "deadly": 2, "first by URL": 1,
        "x.git by URL": 2, "bad": 2}, codes
    assert rows[names[0]].commits == 2 and rows[names[0]].problems == []
    assert "died 3 times" in rows[names[5]].error
    assert "http://127.0.0.1:1/x.git" in rows and "word" not in str(rows) and not (FOLDER / "bad").exists()
    assert rows[names[4]].error or rows[names[4]].problems
    findings = scan.findings.collect()
    assert {(row.repository, row.path, row.line, row.secret) for row in findings} == {
        (name, "a", 1, CUT.decode()) for name in (names[0], names[1], f"file://{first}")}
    (key,) = scan.keys.collect()
    assert key.fingerprint == hopxguard.find(KEY)[0].fingerprint and len(key.repositories) == 3


def without_library():
    """The command takes over, with the same bytes; where that is gone too the job fails and writes nothing."""
    # Other variables are other Python workers.
    environment = spark.sparkContext.environment
    environment["PYTHONPATH"] = str(FOLDER / "broken library")
    redact_logs(spark, str(FOLDER / "batch"), str(FOLDER / "command-out"))
    assert written("command-out") == written("batch-out")
    environment["PYTHONPATH"] = str(FOLDER / "nothing")
    try:
        redact_logs(spark, str(FOLDER / "batch"), str(FOLDER / "nothing-out"))
        raise SystemExit("no error")
    except Exception as error:
        assert "the hopxguard command is not where" in str(error), error
    finally:
        del environment["PYTHONPATH"]
    assert written("nothing-out") == b""


def command():
    """The commands, in this Spark; the last one ends it."""
    rules = FOLDER / "own.toml"
    rules.write_text('[[rule]]\nid = "own"\nliteral = "own_"\npattern = "own_[0-9]{8}"\nkeep = 4\n')
    source = write("own/log", b"own_12345678 " + KEY + b"\n")
    words = ["redact-logs", source, str(FOLDER / "own-out"), "--rules", str(rules)]
    assert commands.main(words) == 0
    assert written("own-out") == b"own_... " + CUT + b"\n"


def attempt(job):
    start = time.time()
    try:
        job()
        print("ok", job.__name__, f"{time.time() - start:.1f} s", flush=True)
    except (Exception, SystemExit):
        traceback.print_exc()


spark.sparkContext.setLogLevel("ERROR")
for job in (batch, faults, stream, find, repositories, without_library, command):
    attempt(job)
