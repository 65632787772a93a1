"""A log processor for the OpenTelemetry SDK: add it to the provider before the processors that export."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk._logs import LogRecordProcessor

from ._text import withheld
from .logging import redact_values

__all__ = ["RedactingLogRecordProcessor"]


class RedactingLogRecordProcessor(LogRecordProcessor):
    """Takes the keys out of the body and the attributes of each log record.

    provider.add_log_record_processor(RedactingLogRecordProcessor())
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    """

    def on_emit(self, log_record: Any) -> None:
        record = log_record.log_record
        try:
            record.body = redact_values(record.body)
            if record.attributes:
                # A copy: the attributes of the SDK cannot be looked into as a dictionary.
                attributes = dict(record.attributes)
                for name, value in attributes.items():
                    clean = redact_values(value)
                    if clean is not value:
                        record.attributes[name] = clean
        except Exception as error:
            record.body = withheld(error)
            record.attributes = {}

    # The SDK before 1.35 calls it so.
    emit = on_emit

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True
