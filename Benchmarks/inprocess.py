"""What redaction in process costs, in processor time: a log record, a text, an array of strings, and the import.

Each speed is the best of some rounds; with and without hopxguard in turns.
"""

import io
import logging
import statistics
import subprocess
import sys
import time

LINE = "2026-11-29T10:15:30Z INFO app.service request=7f3a path=/v1/sandboxes?limit=20 user=alice status=200 took=12.5ms "
RECORD = (LINE * 2)[:200]


def seconds(call, count):
    start = time.process_time()
    for _ in range(count):
        call()
    return time.process_time() - start


def handler(stream):
    log = logging.Logger("bench")
    log.addHandler(logging.StreamHandler(stream))
    return log


def record_cost(count=20000, rounds=15):
    """Microseconds that redaction adds to a clean record."""
    import hopxguard.logging

    plain_format = logging.Handler.format
    log = handler(io.StringIO())
    log.info(RECORD)
    plain, guarded = [], []
    hopxguard.logging.install()
    guarded_format = logging.Handler.format
    for _ in range(rounds):
        for format, times in ((plain_format, plain), (guarded_format, guarded)):
            logging.Handler.format = format
            log.handlers[0].stream = io.StringIO()
            times.append(seconds(lambda: log.info("%s", RECORD), count))
    return min(plain) / count * 1e6, (min(guarded) - min(plain)) / count * 1e6


def text_speed(count=60):
    """Megabytes of a text of 1 MB in a second."""
    import hopxguard

    text = ((LINE + "\n") * 20000).encode()[:1_000_000]
    hopxguard.redact(text)
    return max(10 * len(text) / seconds(lambda: hopxguard.redact(text), 10) for _ in range(count // 10)) / 1e6


def array_speed():
    """Megabytes of an Arrow array of strings of 200 bytes in a second."""
    import pyarrow

    import hopxguard.arrow

    array = pyarrow.array([RECORD] * 50000)
    assert hopxguard.arrow.redact(array) is array
    return max(5 * 200 * 50000 / seconds(lambda: hopxguard.arrow.redact(array), 5) for _ in range(10)) / 1e6


def import_cost(module):
    """Milliseconds that importing takes, after those modules that every log needs."""
    code = f"import time, logging; s = time.process_time(); import {module}; print((time.process_time() - s) * 1e3)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) for _ in range(15))


plain, added = record_cost()
print(f"a clean record of 200 bytes: logging {plain:.2f} µs, hopxguard adds {added:.2f} µs")
print(f"redact(bytes) of 1 MB: {text_speed():.0f} MB/s")
try:
    print(f"Arrow strings of 200 bytes: {array_speed():.0f} MB/s")
except ImportError:
    print("Arrow strings: pyarrow is not installed")
print(f"import hopxguard: {import_cost('hopxguard'):.1f} ms; hopxguard.logging: {import_cost('hopxguard.logging'):.1f} ms")
