"""redact_logs against the same job with a function that changes nothing, in turns: `spark.py LOG FOLDER`.

Processor time is that of Spark with its Python workers, all threads.
"""

import os
import pathlib
import shutil
import statistics
import sys
import time

from pyspark.sql import SparkSession

import hopxguard.spark._redact as redact

ROUNDS = 5
source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
size = sum(path.stat().st_size for path in pathlib.Path(source).iterdir())
spark = (
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "2g")
    .config("spark.sql.files.maxPartitionBytes", "32m").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")


def processor_seconds():
    """Of this process and all that came of it, also what has ended."""
    parents, times = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry)], times[int(entry)] = int(fields[1]), sum(map(int, fields[11:15]))
    def is_mine(process):
        return process == os.getpid() or process in parents and is_mine(parents[process])
    return sum(taken for process, taken in times.items() if is_mine(process)) / os.sysconf("SC_CLK_TCK")


redact_lines = redact.redact_lines
jobs = {
    "identity": lambda lines, rules: lines.mapInArrow(lambda batches: batches, "value binary"),
    "redact_logs": redact_lines}
walls = {name: [] for name in jobs}
processors = {name: [] for name in jobs}
for turn in range(ROUNDS + 1):
    for name, function in jobs.items():
        redact.redact_lines = function
        wall, processor = time.perf_counter(), processor_seconds()
        redact.redact_logs(spark, source, str(folder / "out"))
        if turn:  # the first turn warms up
            walls[name].append(time.perf_counter() - wall)
            processors[name].append(processor_seconds() - processor)
        shutil.rmtree(folder / "out")
print(f"{size / 1e6:.0f} MB, local[2], medians of {ROUNDS}, load {os.getloadavg()[0]:.1f}")
for name in jobs:
    wall, processor = statistics.median(walls[name]), statistics.median(processors[name])
    print(f"  {name:<12} {processor:6.2f} s of processor, {processor / statistics.median(processors['identity']):.2f} x, "
          f"{size / 1e6 / processor:5.0f} MB a second; {wall:6.2f} s, {wall / statistics.median(walls['identity']):.2f} x")
