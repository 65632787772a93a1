"""Keeps Hopx API keys out of git, out of CI and out of logs.

    import hopxguard, hopxguard.logging

    hopxguard.redact(text)          # str or bytes, without keys
    hopxguard.find(text)            # the keys in it
    hopxguard.logging.install()     # no log of this process shows a key

The package brings along the `hopxguard` command too; `find_binary()` says where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._binary import find_binary

if TYPE_CHECKING:
    from ._library import GuardError, Match
    from ._text import Redactor, configure, find, redact

__all__ = ["GuardError", "Match", "Redactor", "configure", "find", "find_binary", "redact"]


def __getattr__(name: str) -> object:
    # What needs the library is imported when it is asked for: the command's users never do.
    if name not in __all__:
        raise AttributeError(f"module 'hopxguard' has no attribute {name!r}")
    from . import _text

    value = getattr(_text, name)
    globals()[name] = value
    return value
