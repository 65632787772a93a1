"""Redaction of Arrow arrays of strings or binary: one call of the library for each array."""

from __future__ import annotations

from typing import Any

from . import _library, _text

__all__ = ["redact"]


def redact(array: Any) -> Any:
    """The array with the keys of each of its values redacted; the same array if there is nothing to redact.

    Args:
        array: a `pyarrow.Array` or `ChunkedArray` of `string`, `binary`, `large_string` or `large_binary`.

    Raises:
        hopxguard.GuardError: it could not be redacted.
        TypeError: the array is of another type.
    """
    import pyarrow

    if isinstance(array, pyarrow.ChunkedArray):
        chunks = [redact(chunk) for chunk in array.chunks]
        changed = any(new is not old for new, old in zip(chunks, array.chunks))
        return pyarrow.chunked_array(chunks, array.type) if changed else array
    types = pyarrow.types
    is_large = types.is_large_string(array.type) or types.is_large_binary(array.type)
    if not (is_large or types.is_string(array.type) or types.is_binary(array.type)):
        raise TypeError(f"an array of {array.type}: only strings and binary can be redacted")
    validity, offsets, values = array.buffers()
    if len(array) == 0 or values is None:
        return array
    guard = _text.default_guard()
    if not isinstance(guard, _library.Guard):
        return _one_by_one(pyarrow, array)
    context = guard.take()
    try:
        width = 8 if is_large else 4
        result = context.redact_array(values.address, offsets.address + width * array.offset, len(array), is_large)
    finally:
        guard.give(context)
    if result is None:
        return array
    if validity is not None and array.offset:
        validity = array.is_valid().buffers()[1]
    buffers = [validity, pyarrow.py_buffer(result[1]), pyarrow.py_buffer(result[0])]
    return pyarrow.Array.from_buffers(array.type, len(array), buffers)


def _one_by_one(pyarrow: Any, array: Any) -> Any:
    values = [None if value is None else _text.redact(value) for value in array.to_pylist()]
    return pyarrow.array(values, array.type)
