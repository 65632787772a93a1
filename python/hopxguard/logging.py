"""Logging that shows no key: `hopxguard.logging.install()`, or a formatter for single handlers."""

from __future__ import annotations

import io
import logging
import sys
import threading
import traceback
import warnings
from typing import Any, Callable, Iterable, Optional

from . import _text
from ._library import RuleFile
from ._text import redact_or_withhold, withheld

__all__ = ["RedactingFormatter", "install"]

# Longer records go to the library without a first look that holds Python's lock.
_QUICK_BYTES = 16 * 1024
_MARK = "_hopxguard_redacts"
# In the flags of a function's code: `*arguments` and `**options`. The module `inspect` takes long to import.
_HAS_MORE = 0x04 | 0x08
_installed = False


def install(rules: Iterable[RuleFile] = (), project: Optional[RuleFile] = None) -> None:
    """Redacts what this process logs, and what Python prints about its exceptions and warnings.

    Covered are all handlers of `logging`, those of other packages and those added later too; what handlers print about
    their own failures; uncaught exceptions, in threads too; and warnings. What cannot be redacted is withheld. A second
    call only changes the rules.

    Args:
        rules: rule files besides the built-in rules.
        project: a folder whose `.hopxguard.toml` names rule files.

    Raises:
        hopxguard.GuardError: a rule file cannot be used.
        OSError: a file cannot be read.
    """
    global _installed
    if rules or project is not None or not _installed:
        _text.configure(rules, project)
    if _installed:
        return
    _installed = True
    _wrap_handlers(logging.Handler)
    logging.Handler.__init_subclass__ = classmethod(_init_subclass)  # type: ignore[assignment]
    logging.Handler.handleError = _handle_error  # type: ignore[method-assign]
    sys.excepthook = _redacting_hook(sys.excepthook, sys.__excepthook__, _show_exception)
    threading.excepthook = _redacting_hook(
        threading.excepthook, getattr(threading, "__excepthook__", threading.excepthook), _show_in_thread)
    sys.unraisablehook = _redacting_hook(sys.unraisablehook, sys.__unraisablehook__, _show_unraisable)
    warnings.formatwarning = _redacting(warnings.formatwarning)


class RedactingFormatter(logging.Formatter):
    """A formatter whose result holds no key.

    Args:
        formatter: makes the text, with its own settings. Without one the arguments of `logging.Formatter` count.
    """

    def __init__(self, *arguments: Any, formatter: Optional[logging.Formatter] = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._format = super().format if formatter is None else formatter.format

    def format(self, record: logging.LogRecord) -> str:
        return redact_or_withhold(self._format(record))


def _standing_in(wrapper: Callable[..., Any], wrapped: Callable[..., Any]) -> Callable[..., Any]:
    """`wrapper` with the name and the text of what it wraps, and marked so that it is not wrapped again."""
    wrapper.__name__ = getattr(wrapped, "__name__", "format")
    wrapper.__doc__ = wrapped.__doc__
    setattr(wrapper, _MARK, True)
    return wrapper


def _redacting(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with the keys of its result redacted."""

    def redacting(*arguments: Any, **options: Any) -> Any:
        return _redacted(call(*arguments, **options))

    return _standing_in(redacting, call)


def _formatting(method: Callable[..., Any]) -> Callable[..., Any]:
    """`Handler.format` with the keys of its result redacted. Nearly every record takes this path, so nothing is called
    that does not have to be, and it takes a record alone."""

    def format(handler: logging.Handler, record: logging.LogRecord) -> Any:
        text = method(handler, record)
        try:
            guard = _text.guard
            data = text.encode()
            length = len(data)
            if length < _QUICK_BYTES and guard.is_clean(guard.quick, data, length):
                return text
        except Exception:
            pass  # The slow path says what is wrong.
        return _redacted(text)

    return _standing_in(format, method)


def _takes_a_record_alone(method: Callable[..., Any]) -> bool:
    code = getattr(method, "__code__", None)
    if code is None or code.co_kwonlyargcount or code.co_flags & _HAS_MORE:
        return False
    return bool(code.co_argcount == 2 and code.co_varnames[1] == "record")


def _redacted(value: Any) -> Any:
    """A copy of what a handler sends, without keys: texts, and what holds them."""
    try:
        return redact_values(value)
    except Exception as error:
        return withheld(error)


def redact_values(value: Any, depth: int = 0) -> Any:
    """`value` without keys, inside of lists, tuples and dictionaries too; itself if it holds none.

    Of other objects it is asked what they say of themselves: one that shows a key becomes that text, redacted.
    """
    if isinstance(value, (str, bytes)):
        return _text.redact(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth > 16:
        return withheld(_text.GuardError("nested too deeply"))
    if type(value) is dict:
        changed = {redact_values(key, depth + 1): redact_values(item, depth + 1) for key, item in value.items()}
        return changed if _differs(list(changed.items()), list(value.items())) else value
    if type(value) in (list, tuple, set, frozenset):
        items = [redact_values(item, depth + 1) for item in value]
        return type(value)(items) if _differs(items, list(value)) else value
    for text in (str(value), repr(value)):
        clean = _text.redact(text)
        if clean != text:
            return clean
    return value


def _differs(new: list, old: list) -> bool:
    if len(new) != len(old):
        return True
    return any(
        one is not other and (type(one) is not tuple or any(left is not right for left, right in zip(one, other)))
        for one, other in zip(new, old))


def _wrap_handlers(kind: type) -> None:
    """Wraps what handlers of this class and its subclasses send."""
    for name in ("format", "makePickle", "mapLogRecord"):
        method = kind.__dict__.get(name)
        if method is None or getattr(method, _MARK, False):
            continue
        if name == "format":
            setattr(kind, name, _formatting(method) if _takes_a_record_alone(method) else _redacting(method))
        elif name == "makePickle":
            setattr(kind, name, _pickling(method))
        else:
            setattr(kind, name, _mapping(method))
    for subclass in type.__subclasses__(kind):
        _wrap_handlers(subclass)


def _init_subclass(cls: type, **options: Any) -> None:
    super(logging.Handler, cls).__init_subclass__(**options)
    _wrap_handlers(cls)


def _pickling(method: Callable[..., bytes]) -> Callable[..., bytes]:
    """`SocketHandler.makePickle` for a record without keys."""

    def make_pickle(handler: logging.Handler, record: logging.LogRecord) -> bytes:
        return method(handler, _clean_record(record))

    setattr(make_pickle, _MARK, True)
    return make_pickle


def _mapping(method: Callable[..., Any]) -> Callable[..., Any]:
    """`HTTPHandler.mapLogRecord` without keys."""

    def map_record(handler: logging.Handler, record: logging.LogRecord) -> Any:
        return _redacted(dict(method(handler, record)))

    setattr(map_record, _MARK, True)
    return map_record


def _clean_record(record: logging.LogRecord) -> logging.LogRecord:
    """The record with its message made, and without keys."""
    try:
        if record.exc_info and not record.exc_text:
            text = logging.Formatter().formatException(record.exc_info)
        else:
            text = record.exc_text
        values = {**record.__dict__, "msg": record.getMessage(), "args": None, "exc_text": text, "exc_info": None}
        return logging.makeLogRecord(redact_values(values))
    except Exception as error:
        clean = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, "", None, None)
        clean.msg = withheld(error)
        return clean


def _handle_error(handler: logging.Handler, record: logging.LogRecord) -> None:
    """`Handler.handleError`: what it prints, redacted."""
    if not logging.raiseExceptions or not sys.stderr:
        return
    try:
        text = ["--- Logging error ---\n", traceback.format_exc(), "Call stack:\n"]
        frame = sys.exc_info()[2]
        caller = frame.tb_frame if frame else None
        while caller is not None and caller.f_code.co_filename in (logging.__file__, __file__):
            caller = caller.f_back
        text += traceback.format_stack(caller) if caller else []
        text.append(f"Message: {record.msg!r}\nArguments: {record.args}\n")
        _write(redact_or_withhold("".join(text)))
    except OSError:
        pass
    except Exception as error:
        _write(withheld(error) + "\n")


def _redacting_hook(hook: Callable[..., Any], default: Callable[..., Any], show: Callable[..., str]) -> Any:
    """A hook that prints what `hook` prints, redacted."""

    def redacting(*arguments: Any) -> None:
        try:
            if hook is default:
                text = show(*arguments)
            else:
                text = _printed_by(hook, *arguments)
            _write(redact_or_withhold(text))
        except Exception as error:
            _write(withheld(error) + "\n")

    return redacting


def _printed_by(hook: Callable[..., Any], *arguments: Any) -> str:
    """What somebody else's hook prints to standard error."""
    stream, sys.stderr = sys.stderr, io.StringIO()
    try:
        hook(*arguments)
        return sys.stderr.getvalue()
    finally:
        sys.stderr = stream


def _show_exception(kind: type, value: BaseException, trace: Any) -> str:
    return "".join(traceback.format_exception(kind, value, trace))


def _show_in_thread(arguments: Any) -> str:
    if arguments.exc_type is SystemExit:
        return ""
    name = arguments.thread.name if arguments.thread is not None else threading.get_ident()
    trace = _show_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    return f"Exception in thread {name}:\n{trace}"


def _show_unraisable(unraisable: Any) -> str:
    trace = _show_exception(unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback)
    return f"{unraisable.err_msg or 'Exception ignored in'}: {unraisable.object!r}\n{trace}"


def _write(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()
