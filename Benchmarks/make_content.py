"""Makes one file of each kind of content that repositories and logs are made of, none with a key in it:
make_content.py FOLDER MEGABYTES. What is random is drawn from a fixed seed."""
import base64, json, os, pathlib, random, string, subprocess, sys, urllib.parse, uuid

folder, size = pathlib.Path(sys.argv[1]), int(float(sys.argv[2]) * 1_000_000)
folder.mkdir(parents=True, exist_ok=True)
draw = random.Random(15)
words = """the of and to a in is that it was for on are as with his they at be this from have or by one had not but what
all were when we there can an your which their said if do will each about how up out them then she many some so these
would other into has more her two like him see time could no make than first been its who now people my made over did
down only way find use may water long little very after words called just where most know get through back much before
line right too means old any same tell boy follow came want show also around form three small set put end does another
well large must big even such because turn here why ask went men read need land different home us move try kind hand
picture again change off play spell air away animal house point page letter mother answer found study still learn
should world high every near add food between own below country plant last school father keep tree never start city
earth eye light thought head under story saw left few while along might close something seem next hard open example
begin life always those both paper together got group often run important until children side feet car mile night
walk white sea began grow took river four carry state once book hear stop without second later miss idea enough eat
face watch far really almost let above girl sometimes mountain cut young talk soon list song being leave family""".split()


def hexdigits(count): return draw.randbytes((count + 1) // 2).hex()[:count]
def sentence(): return (" ".join(draw.choices(words, k=draw.randint(6, 18)))).capitalize() + ". "
def prose(count):
    text, have = [], 0
    while have < count:
        text.append(sentence())
        have += len(text[-1])
        if draw.random() < 0.2: text[-1] += "\n"
    return "".join(text)
def time(): return f"2026-11-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}.{draw.randint(0, 999):03}Z"
def chinese(count): return "".join(chr(draw.randint(0x4E00, 0x9FA0)) for _ in range(count))
def lines(of, width): return "\n".join(of[at:at + width] for at in range(0, len(of), width))
def binary(): return pathlib.Path(os.path.realpath(sys.executable)).read_bytes()


def log(): return f"{time()} INFO request {uuid.UUID(bytes=draw.randbytes(16))} commit {hexdigits(40)} took {draw.randint(1, 900)}ms\n"
def trace(): return json.dumps({"time": time(), "level": "info", "trace_id": hexdigits(32), "span_id": hexdigits(16), "msg": sentence().strip(), "status": 200}) + "\n"
def gosum(): return f"github.com/{draw.choice(words)}/{draw.choice(words)} v1.{draw.randint(0, 40)}.{draw.randint(0, 9)}{draw.choice(['', '/go.mod'])} h1:{base64.b64encode(draw.randbytes(32)).decode()}\n"
def certificate():
    body = draw.randbytes(120) + b"\x06\x03U\x04\x06\x13\x02US1\x160\x14\x06\x03U\x04\n\x13\rLet's Encrypt1\x0c0" + draw.randbytes(500) + b"http://r3.o.lencr.org0\"" + draw.randbytes(560)
    return f"-----BEGIN CERTIFICATE-----\n{lines(base64.b64encode(body).decode(), 64)}\n-----END CERTIFICATE-----\n"
def notebook():
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + draw.randbytes(60_000)).decode()
    return json.dumps({"cell_type": "code", "outputs": [{"data": {"image/png": picture + "\n", "text/plain": ["<Figure size 640x480 with 1 Axes>"]}}], "source": [sentence() + "\n" for _ in range(20)]}, indent=1) + ",\n"
def lock():
    name = draw.choice(words)
    return f'    "node_modules/{name}": {{\n      "version": "{draw.randint(0, 9)}.{draw.randint(0, 30)}.0",\n      "resolved": "https://registry.npmjs.org/{name}/-/{name}-1.0.{draw.randint(0, 90)}.tgz",\n      "integrity": "sha512-{base64.b64encode(draw.randbytes(64)).decode()}",\n      "dev": true\n    }},\n'
def sql(): return f"INSERT INTO `events` VALUES ({draw.randint(1, 10**8)},'{draw.choice(words)}','{time()}',{draw.random():.6f},NULL,'{hexdigits(32)}','{sentence().strip()}');\n"
def numbers(): return ",".join(str(draw.randint(0, 10**draw.randint(1, 9))) for _ in range(12)) + "\n"
def percent(): return f"GET /search?q={urllib.parse.quote(sentence() + chinese(6), safe='')}&next={urllib.parse.quote('https://example.com/a?b=' + sentence() + '&c=' + str(draw.randint(1, 99999)), safe='')} HTTP/1.1\n"
def coloured(): return f"\x1b[2m{time()}\x1b[0m \x1b[32m INFO\x1b[0m \x1b[1m{draw.choice(words)}::{draw.choice(words)}\x1b[0m\x1b[2m:\x1b[0m {sentence().strip()} \x1b[3mid\x1b[0m\x1b[2m=\x1b[0m{draw.randint(1, 9999)}\n"
def escaped(): return json.dumps({"id": draw.randint(1, 10**6), "title": chinese(12), "text": chinese(60), "name": "Jos\u00e9 \u041f\u0435\u0442\u0440"}) + "\n"
def script():
    name = lambda: "".join(draw.choices(string.ascii_letters + "$_", k=draw.randint(1, 2)))
    return f"function {name()}({name()},{name()}){{return {name()}.{draw.choice(words)}({name()}?{name()}[{draw.randint(0, 99)}]:\"{draw.choice(words)}\")&&!{name()}.prototype.{draw.choice(words)}}}var {name()}=e=>{name()}({draw.randint(0, 9)},e);"
def package(): return f"%{draw.choice(words)} \\textbf{{{sentence()}}} \\item {sentence()}\\n\\t{sentence()}\n"


def dump(command):
    part = binary()[:2_000_000]
    return subprocess.run(command, input=part, capture_output=True, check=True).stdout


kinds = {
    "prose": lambda: prose(60_000),
    "minified-js": script,
    "uuid-sha-log": log,
    "hexdump": lambda: dump(["hexdump", "-C"]),
    "xxd": lambda: dump(["xxd"]),
    "pem": certificate,
    "hex-lines": lambda: hexdigits(64) + "\n",
    "base64-text": lambda: lines(base64.b64encode(prose(60_000).encode()).decode(), 76) + "\n",
    "base64-line": lambda: base64.b64encode(prose(3_000).encode()).decode() + "\n",
    "notebook": notebook,
    "go-sum": gosum,
    "utf16-prose": lambda: prose(60_000).encode("utf-16-le"),
    "package-lock": lock,
    "json-trace": trace,
    "json-unicode": escaped,
    "sql-dump": sql,
    "csv-digits": numbers,
    "percent": percent,
    "coloured-log": coloured,
    "backslashes": package,
    "random": lambda: draw.randbytes(1_000_000),
    "binary": binary,
}
for kind, make in kinds.items():
    path = folder / kind
    if path.exists() and path.stat().st_size >= size: continue
    # A part of it, many times over: nothing that searches remembers what it saw so long ago.
    parts, have = [], 0
    while have < min(size, 4_000_000):
        part = make()
        parts.append(part if isinstance(part, bytes) else part.encode())
        have += len(parts[-1])
    part = b"".join(parts)
    with open(path, "wb") as file:
        for _ in range(-(-size // len(part))): file.write(part)
        file.truncate(size)
