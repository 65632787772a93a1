"""Redaction and scans of what outgrows one machine, on Spark.

    from hopxguard.spark import redact_logs, scan_logs, scan_repositories

    redact_logs(spark, "s3a://logs/raw/2026-11-29", "s3a://logs/clean/2026-11-29")
    scan_logs(spark, "s3a://logs/clean").show()
    scan_repositories(spark, urls).findings.show()

Needs `pip install hopxguard[spark]` on every machine. `python -m hopxguard.spark` has a command for each.
"""

from ._find import scan_logs
from ._redact import Redaction, redact_logs
from ._repositories import RepositoryScan, scan_repositories

__all__ = ["Redaction", "RepositoryScan", "redact_logs", "scan_logs", "scan_repositories"]
