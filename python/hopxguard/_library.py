"""Redaction of bytes by libhopxguard through ctypes, or, in a wheel without it, by the command."""

from __future__ import annotations

import ctypes
import os
from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from ._binary import find_binary

_ABI = 1
_FOLDER = os.path.dirname(os.path.abspath(__file__))
_PATH = os.path.join(_FOLDER, "libhopxguard.so")
_CLIENT_RULES = os.path.join(_FOLDER, "client.toml")
_INCOMPLETE = 6
_STATUS = {
    1: "bad argument", 2: "bad rules", 3: "not enough memory", 4: "the context is in use", 5: "the sink failed",
    6: "incomplete", 7: "too large"}
# Longer texts are redacted with Python's lock released.
_QUICK_BYTES = 16 * 1024

RuleFile = Union[str, "os.PathLike[str]"]


class GuardError(Exception):
    """Something could not be redacted or searched. The message holds nothing of the text."""


class Match(NamedTuple):
    """A key that was found."""

    start: int
    """In the text that was searched: characters of a `str`, bytes of `bytes`."""
    end: int
    rule: str
    fingerprint: str
    """`sha256:` and 32 hex digits: the same for a key however it is encoded."""
    encoding: str
    """`plain`, or how the key is hidden, the outermost encoding first."""
    confidence: str
    """`high`, or `medium` for a key that may be cut short."""


class _CMatch(ctypes.Structure):
    _fields_ = [
        ("start", ctypes.c_size_t), ("end", ctypes.c_size_t), ("rule", ctypes.c_char_p),
        ("fingerprint", ctypes.c_char_p), ("encoding", ctypes.c_char_p), ("confidence", ctypes.c_int32)]


SINK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Context:
    """One context of the library. It serves one thread at a time."""

    def __init__(self, library: ctypes.CDLL, rules: Sequence[Tuple[str, bytes]]) -> None:
        self.library = library
        self.pointer = ctypes.c_void_p()
        self.out = ctypes.c_void_p()
        self.length = ctypes.c_size_t()
        self.places = (ctypes.byref(self.out), ctypes.byref(self.length))
        status = library.hopxguard_new(ctypes.byref(self.pointer))
        if status:
            raise GuardError(_STATUS.get(status, f"status {status}"))
        for name, toml in rules:
            self.check(
                library.hopxguard_add_rules(self.pointer, os.fsencode(name), toml, ctypes.c_size_t(len(toml))))

    def __del__(self) -> None:
        if self.pointer:
            self.library.hopxguard_free(self.pointer)

    def check(self, status: int) -> None:
        if status:
            reason = self.library.hopxguard_last_error(self.pointer).decode("utf-8", "replace")
            raise GuardError(reason or _STATUS.get(status, f"status {status}"))

    def redact(self, data: bytes) -> bytes:
        self.check(self.library.hopxguard_redact(self.pointer, data, ctypes.c_size_t(len(data)), *self.places))
        return data if self.out.value is None else ctypes.string_at(self.out.value, self.length.value)

    def redact_array(
        self, values: int, offsets: int, count: int, is_large: bool
    ) -> Optional[Tuple[bytes, bytes]]:
        """Redacts the strings at two addresses; None when nothing changes, else their values and offsets."""
        call = self.library.hopxguard_redact_large_array if is_large else self.library.hopxguard_redact_array
        places = ctypes.c_void_p()
        self.check(
            call(
                self.pointer, ctypes.c_void_p(values), ctypes.c_void_p(offsets), ctypes.c_size_t(count),
                ctypes.byref(self.out), ctypes.byref(places)))
        if self.out.value is None or places.value is None:
            return None
        width = 8 if is_large else 4
        new = ctypes.string_at(places.value, (count + 1) * width)
        length = int.from_bytes(new[-width:], "little")
        return ctypes.string_at(self.out.value, length), new

    def find(self, data: bytes) -> List[Match]:
        self.check(self.library.hopxguard_find(self.pointer, data, ctypes.c_size_t(len(data)), *self.places))
        found = ctypes.cast(self.out, ctypes.POINTER(_CMatch))
        return [
            Match(
                match.start, match.end, match.rule.decode(), match.fingerprint.decode(), match.encoding.decode(),
                "high" if match.confidence == 2 else "medium")
            for match in found[: self.length.value]]


class Guard:
    """Rules, and contexts for as many threads as use it at the same time."""

    has_library = True

    def __init__(self, rules: Iterable[RuleFile] = ()) -> None:
        self._rules = read_rules(rules)
        self._library = _load(ctypes.CDLL)
        first = self.new_context()
        # Short texts are looked at without releasing Python's lock, so that this context needs no other.
        self._quick = Context(_load(ctypes.PyDLL), self._rules)
        self._free = [first]
        self.is_clean = self._quick.library.hopxguard_is_clean
        self.quick = self._quick.pointer

    def new_context(self) -> Context:
        return Context(self._library, self._rules)

    def redact(self, data: bytes) -> bytes:
        if len(data) <= _QUICK_BYTES and self.is_clean(self.quick, data, len(data)):
            return data
        context = self.take()
        try:
            return context.redact(data)
        finally:
            self.give(context)

    def find(self, data: bytes) -> List[Match]:
        context = self.take()
        try:
            return context.find(data)
        finally:
            self.give(context)

    def give(self, context: Context) -> None:
        self._free.append(context)

    def take(self) -> Context:
        try:
            return self._free.pop()
        except IndexError:
            return self.new_context()


class CommandGuard:
    """The same through the command, a process for each text."""

    has_library = False

    def __init__(self, rules: Iterable[RuleFile] = ()) -> None:
        self.options = [word for path in [_CLIENT_RULES, *rules] for word in ("--rules", os.fspath(path))]

    def redact(self, data: bytes) -> bytes:
        import subprocess

        result = subprocess.run(
            [find_binary(), "redact", *self.options], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if result.returncode:
            raise GuardError(f"hopxguard redact ended with {result.returncode}")
        return result.stdout

    def find(self, data: bytes) -> List[Match]:
        raise GuardError("this wheel is without libhopxguard: use the command `hopxguard scan -`")


def read_rules(rules: Iterable[RuleFile]) -> List[Tuple[str, bytes]]:
    """The names and the contents of rule files, after that of this package."""
    return [(os.fspath(path), _read(path)) for path in [_CLIENT_RULES, *rules]]


def new_context(rules: Sequence[Tuple[str, bytes]]) -> Optional[Context]:
    """A context with the rules of `read_rules`; None where the library cannot be loaded."""
    try:
        library = _load(ctypes.CDLL)
    except OSError:
        return None
    return Context(library, rules)


def _read(path: RuleFile) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _load(kind: type) -> ctypes.CDLL:
    library = kind(_PATH)
    library.hopxguard_last_error.restype = ctypes.c_char_p
    abi = library.hopxguard_abi_version()
    if abi != _ABI:
        raise GuardError(f"libhopxguard has interface {abi}, this package needs {_ABI}")
    return library


def make_guard(rules: Iterable[RuleFile] = ()) -> Union[Guard, CommandGuard]:
    rules = list(rules)
    try:
        return Guard(rules)
    except OSError as error:
        if os.path.exists(_PATH) and not _is_loading_error(error):
            raise
        return CommandGuard(rules)


def _is_loading_error(error: OSError) -> bool:
    # What the dynamic loader says has no error number; a rule file that cannot be read has one.
    return error.errno is None
