"""`sentry_sdk.init(before_send=hopxguard.sentry.before_send)`, and the same for transactions and logs."""

from __future__ import annotations

from typing import Any, Dict, Optional

from ._text import withheld
from .logging import redact_values

__all__ = ["before_send", "before_send_log", "before_send_transaction"]


def before_send(event: Dict[str, Any], hint: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    """The event without keys: messages, exceptions, variables of frames, breadcrumbs, requests, tags.

    Of an event that cannot be redacted only its ID, time and level are sent.
    """
    try:
        return redact_values(event)
    except Exception as error:
        kept = {name: event[name] for name in ("event_id", "timestamp", "level", "platform") if name in event}
        return {**kept, "message": withheld(error)}


before_send_transaction = before_send
before_send_log = before_send
