"""Keys in files: encodings, archives, and what else hides them from a plain search."""
import base64
import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib

from fixtures import Repository, Scenario


def file(name, content):
    """A folder with one file; content makes its bytes of a key."""
    def build(folder, keys):
        made = content(keys[0])
        (folder / "in").mkdir()
        (folder / "in" / name).write_bytes(made if isinstance(made, bytes) else made.encode())
        return folder / "in"
    return build


def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tarred(name, content, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def line(key):
    return f"HOPX_API_KEY={key}\n".encode()


def page(key):
    """Enough text around the key to be compressed: packers store a short random line as it is."""
    return b"GET /index.html 200\n" * 40 + line(key) + b"GET /index.html 200\n" * 40


def ignored(folder, keys):
    repository = Repository(folder / "in")
    repository.write(".gitignore", ".env\n")
    repository.git("add", "-A")
    repository.commit("ignore .env")
    repository.write(".env", line(keys[0]))
    return repository.folder


def yaml_secret(key):
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: hopx}\ndata:\n  HOPX_API_KEY: " + base64.b64encode(key.encode()).decode() + "\n"


def pdf(key):
    stream = zlib.compress(b"BT /F1 12 Tf 72 720 Td (lorem ipsum) Tj ET\n" * 40 + f"BT /F1 12 Tf 72 720 Td (HOPX_API_KEY={key}) Tj ET\n".encode())
    return b"%PDF-1.4\n4 0 obj\n<< /Length " + str(len(stream)).encode() + b" /Filter /FlateDecode >>\nstream\n" + stream + b"\nendstream\nendobj\n%%EOF\n"


def nested(key, depth):
    content, name = page(key), "app.env"
    for level in range(depth):
        content, name = (zipped(name, content), f"{level}.zip") if level % 2 else (tarred(name, content), f"{level}.tar.gz")
    return content


def each(key, form):
    return "".join(form.format(ord(letter)) for letter in key)


def some(key, form):
    return key.replace("_", form.format(ord("_"))).replace(".", form.format(ord(".")))


SCENARIOS = [
    Scenario("no key at all", "files", file("a.txt", lambda key: "nothing to see here\n"), want="quiet"),
    Scenario("plain text", "files", file("app.py", lambda key: f'api_key = "{key}"\n')),
    Scenario("`.env` that git ignores, in a repository", "files", ignored),
    Scenario("UTF-16 with byte order mark (PowerShell `>`)", "files", file("a.txt", lambda key: b"\xff\xfe" + f"HOPX_API_KEY={key}\r\n".encode("utf-16-le"))),
    Scenario("UTF-16 without byte order mark", "files", file("a.txt", lambda key: f"HOPX_API_KEY={key}\r\n".encode("utf-16-le"))),
    Scenario("behind a NUL byte", "files", file("a.bin", lambda key: b"\x00\x01\x02\n" + line(key))),
    Scenario("at the end of a line of 20 MB", "files", file("a.json", lambda key: b'{"a": "' + b"lorem ipsum " * 1_700_000 + b'", "k": "' + key.encode() + b'"}')),
    Scenario("base64 (Kubernetes Secret)", "files", file("secret.yaml", yaml_secret)),
    Scenario("base64 in lines of 76", "files", file("a.b64", lambda key: base64.encodebytes(b"x" * 40 + line(key) + b"y" * 40))),
    Scenario("base64 of base64", "files", file("a.txt", lambda key: base64.b64encode(base64.b64encode(line(key))) + b"\n")),
    Scenario("percent-encoded, each character", "files", file("a.txt", lambda key: "url=https://x.example/?k=" + each(key, "%{:02X}") + "\n")),
    Scenario("percent-encoded, `_` and `.` alone", "files", file("a.txt", lambda key: "url=https://x.example/?k=" + some(key, "%{:02X}") + "\n")),
    Scenario("JSON `\\u` escapes, each character", "files", file("a.json", lambda key: '{"k": "' + each(key, "\\u{:04x}") + '"}\n')),
    Scenario("JSON `\\u` escapes, `_` and `.` alone", "files", file("a.json", lambda key: '{"k": "' + some(key, "\\u{:04x}") + '"}\n')),
    Scenario("hex", "files", file("a.txt", lambda key: key.encode().hex() + "\n")),
    Scenario("octal escapes", "files", file("a.sh", lambda key: "k=$'" + each(key, "\\{:03o}") + "'\n")),
    Scenario("base32", "files", file("a.txt", lambda key: base64.b32encode(key.encode()) + b"\n")),
    Scenario("colour codes inside", "files", file("a.log", lambda key: f"key: hopx_live_\x1b[31m{key[10:22]}\x1b[0m{key[22:]}\n")),
    Scenario("string concatenation", "files", file("a.js", lambda key: f'const k = "{key[:30]}" +\n  "{key[30:]}";\n')),
    Scenario("zip", "files", file("a.zip", lambda key: zipped("app.env", page(key)))),
    Scenario("tar.gz", "files", file("a.tar.gz", lambda key: tarred("app.env", page(key)))),
    Scenario("gzip alone", "files", file("a.log.gz", lambda key: gzip.compress(page(key)))),
    Scenario("tar.xz", "files", file("a.tar.xz", lambda key: tarred("app.env", page(key), "w:xz"))),
    Scenario("bzip2 alone", "files", file("a.log.bz2", lambda key: bz2.compress(page(key)))),
    Scenario("xz alone, without the name's ending", "files", file("backup", lambda key: lzma.compress(page(key)))),
    Scenario("zip named .docx, key in its XML", "files", file("a.docx", lambda key: zipped("word/document.xml", b"<w:t>" + page(key) + b"</w:t>"))),
    Scenario("zip in a tar.gz", "files", file("a.tar.gz", lambda key: tarred("in.zip", zipped("app.env", page(key))))),
    Scenario("four archives deep", "files", file("a.zip", lambda key: nested(key, 4))),
    Scenario("six archives deep", "files", file("a.zip", lambda key: nested(key, 6))),
    Scenario("compressed text of a PDF", "files", file("a.pdf", pdf)),
    Scenario("standard input", "stream", lambda folder, keys: line(keys[0])),
]
