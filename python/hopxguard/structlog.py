"""A processor for structlog: `hopxguard.structlog.redact`, the last one before or after the renderer."""

from __future__ import annotations

from typing import Any

from ._text import redact_or_withhold, withheld
from .logging import redact_values

__all__ = ["redact"]


def redact(logger: Any, name: str, event: Any) -> Any:
    """The event without keys. What cannot be redacted is withheld.

    After the renderer it redacts the line, and sees keys that rendering has encoded. Before it, it redacts each value.
    """
    if isinstance(event, str):
        return redact_or_withhold(event)
    try:
        # Exceptions are rendered from the value itself: they are made text here.
        if isinstance(event, dict) and event.get("exc_info"):
            import structlog

            event = structlog.processors.format_exc_info(logger, name, event)
        return redact_values(event)
    except Exception as error:
        text = withheld(error)
        return {"event": text} if isinstance(event, dict) else text
