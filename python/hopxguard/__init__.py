"""Keeps Hopx API keys out of git, out of CI and out of logs.

The work is done by the `hopxguard` command, which this package brings along.
"""

from __future__ import annotations

from ._binary import find_binary

__all__ = ["find", "find_binary"]


def find() -> str:
    """The absolute path of the `hopxguard` command; the same as `find_binary()`."""
    return find_binary()
