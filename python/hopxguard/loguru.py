"""A patcher for loguru: `logger.configure(patcher=hopxguard.loguru.patcher)`."""

from __future__ import annotations

from typing import Any, Dict

from . import _text
from ._text import withheld
from .logging import redact_values

__all__ = ["patcher"]


def patcher(record: Dict[str, Any]) -> None:
    """Takes the keys out of a record of loguru. What cannot be redacted is withheld.

    An exception whose traceback would show a key, in its message or among the values of variables, becomes text of the
    message, redacted. Other exceptions are left to loguru.
    """
    try:
        message = _text.redact(record["message"])
        record["extra"].update(redact_values(dict(record["extra"])))
        for name in ("name", "function"):
            record[name] = redact_values(record[name])
        exception = record["exception"]
        if exception is not None:
            trace = _formatted(*exception)
            clean = _text.redact(trace)
            if clean != trace:
                record["exception"] = None
                message = f"{message}\n{clean}"
        record["message"] = message
    except Exception as error:
        record["message"] = withheld(error)
        record["exception"] = None
        record["extra"].clear()


def _formatted(kind: Any, value: Any, trace: Any) -> str:
    """The traceback as loguru writes it, with the values of variables."""
    from loguru._better_exceptions import ExceptionFormatter

    formatter = ExceptionFormatter(encoding="utf8", diagnose=True, backtrace=True, max_length=8192)
    return "".join(formatter.format_exception(kind, value, trace))
