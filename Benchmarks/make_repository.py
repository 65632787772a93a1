"""Makes a repository to scan: python3 make_repository.py FOLDER. 1,600 files, 40,000 commits, the same each time."""
import random
import subprocess
import sys

random.seed(7)
folder = sys.argv[1]
subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
names = [f"src/m{n % 40}/p{n // 40 % 8}/f{n}.c" for n in range(1600)]
words = "int char void return if else for while struct static const size buffer index count len err ptr next prev".split()
lines = ["    " * random.randint(0, 3) + " ".join(random.choices(words, k=random.randint(2, 9))) + ";\n" for _ in range(5000)]
files = {name: [random.choice(lines) for _ in range(random.randint(40, 900))] for name in names}

out = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
write = out.stdin.write
for number in range(40_000):
    changed = names if number == 0 else random.sample(names, random.randint(1, 4))
    message = f"change {number}\n".encode()
    write(b"commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata %d\n%s" % (1_600_000_000 + number, len(message), message))
    for name in changed:
        text = files[name]
        text[random.randrange(len(text))] = random.choice(lines)
        data = "".join(text).encode()
        write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
out.stdin.close()
if out.wait():
    sys.exit("git fast-import failed")
subprocess.run(["git", "-C", folder, "reset", "-q", "--hard"], check=True)
subprocess.run(["git", "-C", folder, "repack", "-adq", "--depth=50", "--window=10"], check=True)
