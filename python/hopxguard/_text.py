"""`redact` and `find` for `str` and `bytes`, and redaction of a stream."""

from __future__ import annotations

import os
import threading
from typing import Iterable, List, Optional, TypeVar, Union

from . import _library
from ._library import CommandGuard, Guard, GuardError, Match, RuleFile

Text = TypeVar("Text", str, bytes)

_lock = threading.Lock()
guard: Optional[Union[Guard, CommandGuard]] = None
"""None until it is needed."""


def configure(rules: Iterable[RuleFile] = (), project: Optional[RuleFile] = None) -> None:
    """Sets the rules that are used besides the built-in ones.

    Args:
        rules: rule files.
        project: a folder whose `.hopxguard.toml` names rule files.

    Raises:
        GuardError: a rule file cannot be used. The rules stay as they were.
        OSError: a file cannot be read.
    """
    global guard
    files = list(rules) + (_project_rules(project) if project is not None else [])
    made = _library.make_guard(files)
    with _lock:
        guard = made


def default_guard() -> Union[Guard, CommandGuard]:
    global guard
    if guard is None:
        with _lock:
            guard = guard or _library.make_guard()
    return guard


def redact(text: Text) -> Text:
    """The text without its keys: of each the first 15 characters stay, and `...` after them.

    Returns the same object when there is nothing to redact.

    Raises:
        GuardError: the text could not be redacted. Do not show it.
    """
    if isinstance(text, bytes):
        return default_guard().redact(text)
    data = encoded(text)
    result = default_guard().redact(data)
    return text if result is data or result == data else decoded(result)


def find(text: Union[str, bytes]) -> List[Match]:
    """The keys in a text, in all the encodings that a scan knows.

    Raises:
        GuardError: the text could not be searched to its end.
    """
    data = text if isinstance(text, bytes) else encoded(text)
    matches = default_guard().find(data)
    if data is text or len(data) == len(text):
        return matches
    return [
        match._replace(start=len(decoded(data[:match.start])), end=len(decoded(data[:match.end]))) for match in matches]


class Redactor:
    """Redacts a stream of bytes in pieces.

    Held back are only bytes that could still become part of a key. The output does not depend on how the stream is cut:

        redactor = Redactor()
        for piece in pieces:
            out.write(redactor.feed(piece))
        out.write(redactor.finish())

    Args:
        rules: rule files besides the built-in rules.

    Raises:
        GuardError: from every method; the stream has then ended. Do not show what was not returned.
    """

    def __init__(self, rules: Iterable[RuleFile] = ()) -> None:
        try:
            self._context = Guard(rules).new_context()
        except OSError as error:
            raise GuardError(f"libhopxguard cannot be loaded: {error}") from None
        self._pieces: List[bytes] = []
        # Kept here: the library calls it.
        self._sink = _library.SINK(self._take)

    def feed(self, data: bytes) -> bytes:
        library, length = self._context.library, _library.ctypes.c_size_t(len(data))
        return self._result(library.hopxguard_feed(self._context.pointer, data, length, self._sink, None))

    def finish(self) -> bytes:
        """The rest of the stream. The next `feed` begins a new one."""
        return self._result(self._context.library.hopxguard_finish(self._context.pointer, self._sink, None))

    def _take(self, _: object, address: int, length: int) -> int:
        self._pieces.append(_library.ctypes.string_at(address, length))
        return 0

    def _result(self, status: int) -> bytes:
        pieces, self._pieces = self._pieces, []
        self._context.check(status)
        return b"".join(pieces)


def encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogatepass" if _has_surrogates(data) else "replace")


def _has_surrogates(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
        return True
    except UnicodeDecodeError:
        return False


def withheld(error: BaseException) -> str:
    """What stands in place of a record that could not be redacted."""
    reason = str(error) if isinstance(error, GuardError) else type(error).__name__
    return f"[hopxguard: record withheld: {reason}]"


def redact_or_withhold(text: str) -> str:
    """As `redact`, and never raises."""
    try:
        return redact(text)
    except Exception as error:
        return withheld(error)


def _project_rules(folder: RuleFile) -> List[str]:
    path = os.path.join(os.fspath(folder), ".hopxguard.toml")
    try:
        import tomllib
    except ImportError:
        try:
            import tomli as tomllib  # type: ignore[no-redef]
        except ImportError:
            raise GuardError(
                f"{path}: to read it, install tomli or use Python 3.11; or name the rule files themselves") from None
    with open(path, "rb") as file:
        settings = tomllib.load(file)
    return [os.path.join(os.fspath(folder), name) for name in settings.get("rules", [])]
