"""Makes a source tree to scan: python3 make_tree.py FOLDER. 10,000 files, about 90 MB, the same each time."""
import pathlib
import random
import sys

WORDS = """import return func let value string public struct config error index data self true false
if else while for in key the of to and a hopx live api url http request response token user name
self.assertEqual None def class print format list dict = == { } ( ) [ ] -> // # 0 1 42 0x1f""".split()

random.seed(5)
root = pathlib.Path(sys.argv[1])
lines = [
    "    " * random.randint(0, 4) + " ".join(random.choices(WORDS, k=random.randint(2, 10))) + "\n"
    for _ in range(20_000)
]
for number in range(10_000):
    folder = root / f"d{number % 100}" / f"e{number // 100 % 10}"
    folder.mkdir(parents=True, exist_ok=True)
    size = int(min(200_000, random.lognormvariate(8.6, 1.0)))
    text, length = [], 0
    while length < size:
        text.append(random.choice(lines))
        length += len(text[-1])
    (folder / f"f{number}.txt").write_text("".join(text))
