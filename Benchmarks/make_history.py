"""Writes a git fast-import stream: the history of a made-up project, the same in every run.

usage: make_history.py COMMITS | git fast-import

A commit changes one or two files of 8 to 80 KB a few lines each, in folders three deep, so it adds
about five objects: itself, the trees on the way, the files. Every fiftieth merges a side branch.
"""
import random
import sys

WORDS = (
    "static const int char return struct server client reply buffer length key value db dict list "
    "node next prev size count flags if else while for break continue case switch default void "
    "unsigned long config command string object robj sds error free malloc zfree assert log level "
    "time event loop file read write close open socket addr port bind listen accept handler"
).split()


def line(rng):
    words = rng.choices(WORDS, k=rng.randint(2, 11))
    return "    " * rng.randint(0, 3) + " ".join(words) + rng.choice([";", " {", "", ",", " */"]) + "\n"


def main():
    commits = int(sys.argv[1])
    rng = random.Random(7)
    out = sys.stdout.buffer
    files = {}
    for number in range(300):
        name = f"src/mod{number % 12}/part{number % 5}/file{number}.c"
        files[name] = [line(rng) for _ in range(int(rng.triangular(200, 2200, 500)))]
    names = list(files)
    fresh = set(names)
    side = None
    for number in range(1, commits + 1):
        changed = set(rng.sample(names, rng.choice([1, 1, 2]))) | fresh
        fresh = set()
        message = f"Change {number}: {line(rng)}".encode()
        is_side = number % 50 == 40
        out.write(b"commit refs/heads/%s\nmark :%d\n" % (b"side" if is_side else b"main", number))
        out.write(b"committer A Writer <writer@example.com> %d +0000\n" % (1262304000 + number * 600))
        out.write(b"data %d\n%s" % (len(message), message))
        if is_side:
            out.write(b"from :%d\n" % (number - 1))
            side = number
        elif number > 1:
            out.write(b"from :%d\n" % (number - 1 if number - 1 != side else number - 2))
            if number % 50 == 0:
                out.write(b"merge :%d\n" % side)
        for name in sorted(changed):
            lines = files[name]
            for _ in range(rng.randint(1, 4)):
                at = rng.randrange(len(lines))
                if rng.random() < 0.55 and len(lines) < 3000:
                    lines.insert(at, line(rng))
                elif len(lines) > 100:
                    del lines[at]
            text = "".join(lines).encode()
            out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text))
    out.write(b"done\n")


main()
