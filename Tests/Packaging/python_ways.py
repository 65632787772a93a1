"""One way in which a key reaches a log: `python_ways.py WAY PREPARATION`. The key is in the environment variable KEY.

Each function logs one thing that begins with BEGIN and ends with END, to standard error. The preparation is a line of
Python that is run first.
"""

import base64
import logging
import logging.handlers
import os
import queue
import socketserver
import sys
import threading
import warnings

KEY = os.environ["KEY"]
log = logging.getLogger("app")


def prepare(format="%(message)s"):
    logging.basicConfig(level=logging.DEBUG, format=format)


def argument():
    prepare()
    log.info("BEGIN %s END", KEY)


def f_string():
    prepare()
    log.info(f"BEGIN {KEY} END")


def dictionary():
    prepare()
    log.info("BEGIN %(a)s END", {"a": {"headers": [("X-API-Key", KEY)]}})


def traceback():
    prepare()
    try:
        raise ValueError(f"BEGIN {KEY} END")
    except ValueError:
        log.exception("failed")


def chained_exception():
    prepare()
    try:
        try:
            raise KeyError(f"BEGIN {KEY} END")
        except KeyError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.exception("failed")


def extra():
    prepare("%(message)s BEGIN %(request)s END")
    log.info("m", extra={"request": KEY})


def handler_added_later():
    handler = logging.StreamHandler()
    log.addHandler(handler)
    log.warning("BEGIN %s END", KEY)


def handler_of_a_package():
    class Own(logging.Handler):
        def format(self, record):
            return "BEGIN " + record.getMessage() + " END"

        def emit(self, record):
            sys.stderr.write(self.format(record))

    log.addHandler(Own())
    log.warning(KEY)


def library():
    prepare()
    import urllib3

    logging.getLogger(urllib3.__name__).debug("BEGIN %s END", {"X-API-Key": KEY})


def warning():
    warnings.warn(f"BEGIN {KEY} END")


def captured_warning():
    prepare()
    logging.captureWarnings(True)
    warnings.warn(f"BEGIN {KEY} END")


def unicode_escape():
    prepare()
    log.info("BEGIN %s END", KEY.replace("_", "\\u005f"))


def base64_text():
    prepare()
    log.info("BEGIN %s END", base64.b64encode(f"user:{KEY}".encode()).decode())


def bytes_argument():
    prepare()
    log.info("BEGIN %r END", b"\xff" + KEY.encode())


def uncaught_exception():
    raise ValueError(f"BEGIN {KEY} END")


def exception_in_a_thread():
    def work():
        raise ValueError(f"BEGIN {KEY} END")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def exception_that_is_ignored():
    class Closes:
        def __del__(self):
            raise ValueError(f"BEGIN {KEY} END")

    Closes()


def wrong_format():
    prepare()
    log.info("%d BEGIN END", KEY)


def queue_handler():
    records = queue.Queue()
    log.addHandler(logging.handlers.QueueHandler(records))
    log.warning("BEGIN %s END", KEY)
    sys.stderr.write(str(records.get().__dict__))


def socket_handler():
    received = []

    class Take(socketserver.StreamRequestHandler):
        def handle(self):
            received.append(self.rfile.read())

    with socketserver.TCPServer(("127.0.0.1", 0), Take) as server:
        handler = logging.handlers.SocketHandler(*server.server_address)
        log.addHandler(handler)
        log.warning("BEGIN %s END", KEY)
        handler.close()
        server.handle_request()
    sys.stderr.write(received[0].decode("latin-1"))


WAYS = [value for name, value in list(globals().items()) if callable(value) and name not in ("prepare",)]
WAYS = [way.__name__ for way in WAYS if getattr(way, "__module__", "") == __name__]

if __name__ == "__main__":
    exec(sys.argv[2])
    globals()[sys.argv[1]]()
