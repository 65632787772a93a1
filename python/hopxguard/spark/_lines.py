"""Redaction of the lines of one partition, in Arrow batches.

A partition is one stream: what comes out is, byte for byte, what `hopxguard redact` makes of these lines. So a key that
is encoded over several lines is found too. The library gets each batch in one call. Where it cannot be loaded, the
command gets the partition through a pipe.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from typing import Any, Iterator, List, Sequence, Tuple, Union

import pyarrow
import pyarrow.compute

from .. import _library
from .._binary import find_binary
from .._library import GuardError

Rules = Sequence[Tuple[str, bytes]]


def redact_batches(batches: Iterator[Any], rules: Rules) -> Iterator[Any]:
    """Redacts batches with one column of lines, without their ends, as binary.

    Raises:
        GuardError: something could not be redacted, or not as many lines would come out as went in.
    """
    stream = open_stream(rules)
    try:
        yield from _redact(batches, stream)
    finally:
        stream.close()


def _redact(batches: Iterator[Any], stream: Union[LibraryStream, CommandStream]) -> Iterator[Any]:
    taken = given = 0
    rest, schema = b"", None
    for batch in batches:
        if not batch.num_rows:
            continue
        taken += batch.num_rows
        schema = batch.schema
        text = joined(batch.column(0))
        out = stream.feed(text)
        if not rest and _is_text_and_line_end(out, text):
            given += batch.num_rows
            yield batch
            continue
        rows, rest = _rows(rest + out)
        given += len(rows)
        if len(rows):
            yield pyarrow.RecordBatch.from_arrays([rows], schema=schema)
    rows, rest = _rows(rest + stream.finish())
    given += len(rows)
    if len(rows):
        yield pyarrow.RecordBatch.from_arrays([rows], schema=schema)
    if rest or given != taken:
        raise GuardError(f"{taken} lines went in and {given} came out: a rule removes line ends")


def joined(column: Any) -> bytes:
    """The lines with a line end between each two."""
    if column.null_count:
        raise GuardError("a line is null")
    whole = pyarrow.ListArray.from_arrays(pyarrow.array([0, len(column)], pyarrow.int32()), column)
    text: bytes = pyarrow.compute.binary_join(whole, b"\n")[0].as_py()
    return text


def _is_text_and_line_end(out: bytes, text: bytes) -> bool:
    return len(out) == len(text) + 1 and out.startswith(text) and out.endswith(b"\n")


def _rows(text: bytes) -> Tuple[Any, bytes]:
    """The whole lines of a text, and what follows them."""
    end = text.rfind(b"\n")
    if end < 0:
        return pyarrow.array([], pyarrow.binary()), text
    whole = pyarrow.array([text[:end]], pyarrow.binary())
    return pyarrow.compute.split_pattern(whole, b"\n").flatten(), text[end + 1:]


def open_stream(rules: Rules) -> Union[LibraryStream, CommandStream]:
    context = _library.new_context(rules)
    return CommandStream(rules) if context is None else LibraryStream(context)


class LibraryStream:
    """Redacts texts, each followed by a line end, in the library."""

    def __init__(self, context: _library.Context) -> None:
        self._context = context
        self._pieces: List[bytes] = []
        # Kept here: the library calls it.
        self._sink = _library.SINK(self._take)

    def feed(self, text: bytes) -> bytes:
        self._feed(text)
        self._feed(b"\n")
        return self._taken()

    def finish(self) -> bytes:
        self._context.check(self._context.library.hopxguard_finish(self._context.pointer, self._sink, None))
        return self._taken()

    def close(self) -> None:
        pass

    def _feed(self, data: bytes) -> None:
        length = _library.ctypes.c_size_t(len(data))
        call = self._context.library.hopxguard_feed
        self._context.check(call(self._context.pointer, data, length, self._sink, None))

    def _take(self, _: object, address: int, length: int) -> int:
        self._pieces.append(_library.ctypes.string_at(address, length))
        return 0

    def _taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class CommandStream:
    """The same in a process of `hopxguard redact`."""

    def __init__(self, rules: Rules) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hopxguard-")
        self._process = subprocess.Popen(
            [command(), "redact", *rule_options(rules, self._folder.name)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self._pieces: List[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        # The command looks at how a stream begins: after a line end it is text, whatever follows.
        self._write(b"\n")
        self._is_begun = False

    def feed(self, text: bytes) -> bytes:
        self._write(text)
        self._write(b"\n")
        return self._taken()

    def finish(self) -> bytes:
        self._process.stdin.close()
        self._reader.join()
        status = self._process.wait()
        if status:
            raise GuardError(f"hopxguard redact ended with {status}")
        return self._taken()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._process.stdin.write(view):]
        except OSError:
            raise GuardError(f"hopxguard redact ended with {self._process.wait()}") from None

    def _read(self) -> None:
        while True:
            piece = self._process.stdout.read(1 << 20)
            if not piece:
                return
            self._pieces.append(piece)

    def _taken(self) -> bytes:
        count = len(self._pieces)
        taken = b"".join(self._pieces[:count])
        del self._pieces[:count]
        if not self._is_begun and taken:
            self._is_begun = True
            return taken[1:]
        return taken


def command() -> str:
    try:
        return find_binary()
    except FileNotFoundError as error:
        raise GuardError(str(error)) from None


def rule_options(rules: Rules, folder: str) -> List[str]:
    """Writes the rules to files in a folder; the command's options that name them."""
    options = []
    for number, (_, toml) in enumerate(rules):
        path = os.path.join(folder, f"{number}.toml")
        with open(path, "wb") as file:
            file.write(toml)
        options += ["--rules", path]
    return options
