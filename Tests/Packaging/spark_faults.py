"""Faults in Spark's Python workers. A file in the folder FAULTS orders one; a fault that is to come once takes its file
away first."""

import os
import signal

FAULTS = os.environ.get("FAULTS", "")


def comes(name, always=False):
    path = os.path.join(FAULTS, name)
    if always:
        return os.path.exists(path)
    try:
        os.rename(path, path + ".done")
        return True
    except FileNotFoundError:
        return False


def executor():
    """The Java process that this worker belongs to."""
    process = os.getpid()
    while True:
        with open(f"/proc/{process}/stat") as file:
            name, fields = file.read().rsplit(")", 1)
        if name.endswith("(java"):
            return process
        process = int(fields.split()[1])


def strike():
    if comes("raise") or comes("raise-always", always=True):
        raise RuntimeError("a fault of the test")
    if comes("kill-task"):
        os.kill(os.getpid(), signal.SIGKILL)
    if comes("kill-worker"):
        os.kill(executor(), signal.SIGKILL)


if FAULTS:
    import hopxguard.spark._redact as redact
    import hopxguard.spark._repositories as repositories

    redact_batches, scan = redact.redact_batches, repositories._scan

    def redact_with_faults(batches, rules):
        for number, batch in enumerate(redact_batches(batches, rules)):
            yield batch
            if number == 1:
                strike()

    def scan_with_faults(name, *arguments):
        if name.endswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        return scan(name, *arguments)

    redact.redact_batches = redact_with_faults
    repositories._scan = scan_with_faults
