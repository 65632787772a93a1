"""Taking keys out of a stream: hopxguard redact beside ripgrep's --passthru -r and sed -E, with the
expression that redact.sh times them with."""
import base64
import gzip
import os
import re
import select
import subprocess

from fixtures import environment
from keys import new_key

KEY = r"(hopx_live_[0-9A-Za-z]{5})[0-9A-Za-z]{7}\.[0-9A-Za-z_-]{8,46}"


def each(key, form):
    return "".join(form.format(ord(letter)) for letter in key)


def decoded(output):
    """All that the output says to somebody who undoes what was done to it."""
    text = output.decode("latin-1")
    forms = [text, re.sub(r'<[a-z]+>|" \+ "|\u00e2\u0080\u008b', "", text), text.replace("\0", ""), re.sub(r"\x1b\[[0-9;]*m", "", text),
             re.sub(r"%([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16)), text), bytes.fromhex("".join(re.findall(r"\b(?:[0-9a-f]{2}){20,}\b", text))).decode("latin-1")]
    for run in re.findall(r"[A-Za-z0-9+/]{24,}=*", text):
        forms.append(base64.b64decode(run + "=" * (-len(run) % 4)).decode("latin-1"))
    return forms


INPUTS = [
    ("plain, other bytes as they were", lambda key: f"a {key} b {key}\n".encode(), []),
    ("in a line without an end", lambda key: f"a {key}".encode(), []),
    ("among NUL bytes and invalid UTF-8, other bytes as they were", lambda key: b"\x00\xff\xfe " + key.encode() + b" \x00\xc3\n", [["-a"]]),
    ("colour codes inside", lambda key: f"a hopx_live_\x1b[31m{key[10:22]}\x1b[0m{key[22:]} b\n".encode(), []),
    ("a tag inside", lambda key: f"a {key[:10]}<wbr>{key[10:]} b\n".encode(), []),
    ("in two string literals", lambda key: f'a "{key[:30]}" + "{key[30:]}" b\n'.encode(), []),
    ("characters of no width inside", lambda key: f"a {key[:10]}\u200b{key[10:40]}\u200b{key[40:]} b\n".encode(), []),
    ("base64", lambda key: b"a " + base64.b64encode(key.encode()) + b" b\n", []),
    ("percent-encoded", lambda key: f"a {each(key, '%{:02X}')} b\n".encode(), []),
    ("JSON `\\u` escapes", lambda key: f'{{"a": "{each(key, chr(92) + "u{:04x}")}"}}\n'.encode(), []),
    ("UTF-16", lambda key: f"a {key} b\n".encode("utf-16-le"), [["-a"], ["-E", "utf-16le"]]),
    ("hex", lambda key: f"a {key.encode().hex()} b\n".encode(), []),
]


def filters(tools):
    return {"hopxguard redact": [tools.guard, "redact"], "rg --passthru -r": [tools.rg, "--passthru", "-r", "$1...", KEY],
            "sed -E": ["sed", "-E", f"s/{KEY}/\\1.../g"]}


def redacted(comparison, argv, key, given):
    code, out, err = comparison.run(argv, [key], comparison.place, given)
    if any(key.partition(".")[2] in form for form in decoded(out)):
        return "**missed**"
    plain = key.encode() in given
    if plain and out != given.replace(key.encode(), key[:15].encode() + b"..."):
        return "redacted, **other bytes changed**"
    return "redacted" if out else f"**nothing came out** ({code})"


def shown(comparison, argv, text):
    """Whether the text comes out while the stream stays open."""
    child = subprocess.Popen(argv, env=environment(comparison.home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.write(child.stdin.fileno(), text)
    ready = select.select([child.stdout], [], [], 2)[0]
    child.stdin.close()
    child.stdout.close()
    child.wait()
    return "at once" if ready else "**not before more comes**"


def peak(comparison, argv):
    """The peak of memory of a line of 200 MB that has not ended yet, in MB."""
    child = subprocess.Popen(argv, env=environment(comparison.home), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            child.stdin.write(b"lorem ipsum " * 83_333)
        child.stdin.flush()
        # Not what wait4 says: that counts what this process had before it became another.
        with open(f"/proc/{child.pid}/status") as status:
            size = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        child.stdin.close()
    except (BrokenPipeError, StopIteration):
        return "not run: it ended before its input"
    finally:
        child.wait()
    return f"{size / 1000:.0f} MB"


def full(comparison, argv):
    with open("/dev/full", "wb") as disk:
        code = subprocess.run(argv, env=environment(comparison.home), input=b"a line\n", stdout=disk, stderr=subprocess.DEVNULL).returncode
    return f"failed ({code})" if code else "**clean** (0)"


def table(comparison):
    tools = comparison.tools
    named = filters(tools)
    buffered = {"rg --passthru -r": ["--line-buffered"], "sed -E": ["-u"]}

    def best(name, judge, *extra):
        """The ordinary command's cell, or that of the first other one that is right."""
        argv, cells = named[name], []
        for more in [[], *extra]:
            cell = judge([argv[0], *more, *argv[1:]])
            cells.append(cell)
            if "**" not in cell:
                return cell + (comparison.note(f"{argv[0].rpartition('/')[2]} `{' '.join(more)}`") if more else "")
        return cells[0]

    rows = []
    for label, form, more in INPUTS:
        def judged(name, form=form, more=more):
            key = new_key()
            return best(name, lambda argv: redacted(comparison, argv, key, form(key)), *(more if name.startswith("rg") else []))
        rows.append((label, judged))

    def packed(name):
        key = new_key()
        given = gzip.compress(b"a line\n" * 40 + f"a {key}\n".encode())
        code, out, _ = comparison.run(named[name], [key], comparison.place, given)
        return f"**passed on** ({code})" if given in out else f"refused ({code})" if code == 2 else f"**nothing came out** ({code})"

    def streamed(text):
        return lambda name: best(name, lambda argv: shown(comparison, argv, text), *([buffered[name]] if name in buffered else []))

    rows += [("gzip data, a key inside", packed), ("a line shows while the stream goes on", streamed(b"a line\n")),
             ("a prompt without a line end shows", streamed(b"password: ")), ("memory for a line of 200 MB", lambda name: peak(comparison, named[name])),
             ("a full disk", lambda name: full(comparison, named[name]))]
    rows = [row for row in rows if comparison.wanted(row[0])]
    if rows:
        comparison.heading("Redaction of a stream", "A key in a pipe; the same expression for ripgrep and sed:", list(named))
    for label, judge in rows:
        comparison.row(label, [judge(name) for name in named])
