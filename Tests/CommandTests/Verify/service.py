"""A Hopx service on loopback that answers, and misbehaves, as a test asks: service.py FOLDER [CERTIFICATE KEY].

Serves FOLDER/answers.json: what to do for each key. A list is taken step by step, its last entry again and again.
Prints its port once it listens, and writes a line for each request into FOLDER/requests: time, path, key, user
agent. Ends with its standard input.
"""
import json
import socketserver
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

folder = sys.argv[1]
lock = threading.Lock()
seen = {}


def error(code, **details):
    return {"error": {"code": code, "message": f"key: {code}", "request_id": "req_42", "details": details}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        key = self.headers.get("X-API-Key", "")
        with lock:
            with open(f"{folder}/requests", "a") as log:
                log.write(json.dumps([time.monotonic(), self.path, key, self.headers.get("User-Agent", "")]) + "\n")
            steps = json.load(open(f"{folder}/answers.json")).get(key, ["invalid"])
            step = steps[min(seen.get(key, 0), len(steps) - 1)]
            seen[key] = seen.get(key, 0) + 1
        self.close_connection = True
        getattr(self, step)(key)

    def send(self, status, body, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def live(self, key):
        self.send(200, {"data": [], "has_more": False}, X_Request_ID="req_7")

    def long(self, key):
        self.send(200, {"data": [{"id": "x" * 5000}]})

    def narrow(self, key):
        self.send(403, error("auth_insufficient_permissions"))

    def narrow401(self, key):
        self.send(401, error("auth_insufficient_permissions"))

    def invalid(self, key):
        self.send(401, error("auth_invalid_key"))

    def expired(self, key):
        self.send(401, error("auth_key_expired"))

    def limited(self, key):
        self.send(429, error("auth_rate_limited", retry_after_seconds=0))

    def limited_long(self, key):
        self.send(429, error("auth_rate_limited", retry_after_seconds=86400))

    def broken(self, key):
        self.send(503, error("internal"))

    def page(self, key):
        self.send(200, b"<html>Sign in to the guest network</html>", "text/html; charset=utf-8")

    def firewall(self, key):
        self.send(403, b"<html>Blocked</html>", "text/html")

    def page401(self, key):
        self.send(401, b"<html>Unauthorized</html>", "text/html")

    def contradiction(self, key):
        self.send(403, error("auth_invalid_key"))

    def bare401(self, key):
        self.send(401, {"error": {"message": "no"}})

    def redirect(self, key):
        self.send(302, {}, Location=open(f"{folder}/elsewhere").read())

    def echo(self, key):
        body = error("auth_invalid_key")
        body["error"]["request_id"] = key[23:55]
        body["error"]["message"] = key
        self.send(401, body, X_Request_ID=key, X_Key=key)

    def echo_backwards(self, key):
        body = error("auth_invalid_key")
        body["error"]["request_id"] = key[:22:-1][:32]
        self.send(401, body)

    def endless(self, key):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        for _ in range(1_000_000):
            self.wfile.write(b'{"data": "' + b"x" * 4096)

    def endless_head(self, key):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000_000):
            self.wfile.write(b"X-%d: %s\r\n" % (number, b"y" * 4096))

    def drip(self, key):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(60):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.5)

    def nothing(self, key):
        pass

    def cut(self, key):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")

    def early(self, key):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        self.live(key)

    def noise(self, key):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
