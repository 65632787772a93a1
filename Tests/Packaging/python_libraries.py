"""Keys in the logs of other packages, and what comes out: `python_libraries.py NAME`. KEY is in the environment.

Each function prints what left the process to standard error, between BEGIN and END.
"""

import http.server
import json
import logging
import os
import sys
import threading

import hopxguard.logging

KEY = os.environ["KEY"]
TOKEN = "eyJ" + "aGVhZGVy" * 4 + ".eyJ" + "Ym9keSBib2R5" * 6 + "." + "c2lnbmF0dXJl" * 3


def hopx_client():
    """The client creates a sandbox and logs at DEBUG; the server answers with a token."""
    requests = []

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append((self.headers["X-API-Key"], json.loads(body)))
            answer = json.dumps({"id": "sandbox", "auth_token": TOKEN, "public_host": "http://127.0.0.1:9"}).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s")
    hopxguard.logging.install()
    from hopx_ai._client import HTTPClient

    client = HTTPClient(api_key=KEY, base_url="http://%s:%d" % server.server_address, max_retries=0)
    answer = client.post("/v1/sandboxes", json={"env_vars": {"HOPX_API_KEY": KEY}, "name": "BEGIN END"})
    # The service and the program get what is in the log redacted.
    assert requests == [(KEY, {"env_vars": {"HOPX_API_KEY": KEY}, "name": "BEGIN END"})]
    assert answer["auth_token"] == TOKEN
    server.shutdown()


def structlog_after_the_renderer():
    import structlog

    import hopxguard.structlog

    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(),
                    hopxguard.structlog.redact],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    structlog.get_logger().info("BEGIN END", request={"headers": [KEY]}, clean="kept", number=1)


def structlog_before_the_renderer():
    import structlog

    import hopxguard.structlog

    structlog.configure(
        processors=[hopxguard.structlog.redact, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        raise ValueError(KEY)
    except ValueError:
        structlog.get_logger().exception("BEGIN END", request={"headers": [KEY]}, clean="kept", number=1)


def loguru():
    from loguru import logger

    import hopxguard.loguru

    logger.configure(
        handlers=[{"sink": sys.stderr, "format": "{message} {extra}"}], patcher=hopxguard.loguru.patcher)
    logger.bind(request={"key": KEY}).info("BEGIN {} END kept", KEY)
    try:
        secret = KEY
        raise ValueError("with " + secret)
    except ValueError:
        logger.exception("failed")
    try:
        raise KeyError("clean error")
    except KeyError:
        logger.exception("failed")


def opentelemetry():
    from opentelemetry._logs import SeverityNumber
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter, SimpleLogRecordProcessor

    from hopxguard.opentelemetry import RedactingLogRecordProcessor

    assert SeverityNumber.INFO
    provider = LoggerProvider()
    provider.add_log_record_processor(RedactingLogRecordProcessor())
    provider.add_log_record_processor(SimpleLogRecordProcessor(ConsoleLogRecordExporter(sys.stderr)))
    log = logging.getLogger("app")
    log.addHandler(LoggingHandler(logger_provider=provider))
    try:
        raise ValueError(KEY)
    except ValueError:
        log.exception("BEGIN %s END kept", KEY, extra={"request": KEY, "clean": "kept"})


def sentry():
    import sentry_sdk

    import hopxguard.sentry

    class Print(sentry_sdk.transport.Transport):
        def capture_envelope(self, envelope):
            sys.stderr.write(envelope.serialize().decode())

    sentry_sdk.init(
        dsn="http://public@127.0.0.1:9/1", transport=Print, before_send=hopxguard.sentry.before_send,
        include_local_variables=True)
    logging.getLogger("app").info("crumb %s", KEY)
    sentry_sdk.set_tag("clean", "kept")
    try:
        secret = [KEY]
        raise ValueError(f"BEGIN {secret} END")
    except ValueError:
        sentry_sdk.capture_exception()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
