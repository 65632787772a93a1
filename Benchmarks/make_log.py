"""Makes a log: make_log.py FILE BYTES LINES-PER-KEY. Keys are drawn when it runs."""
import random, sys

path, size, spacing = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(4)
base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
words = "GET POST /v1/sandboxes status=200 took 13ms user=alice INFO request handled by worker from 10.0.0.7 id".split()

def key():
    return "hopx_live_" + "".join(random.choices(base62, k=12)) + "." + "".join(random.choices(base62 + "-_", k=43))

lines = [f"2026-11-24T07:{i // 60 % 60:02}:{i % 60:02}Z " + " ".join(random.choices(words, k=9)) for i in range(20_000)]
keys = [key() for _ in range(5_000)]
with open(path, "w") as file:
    written = number = 0
    while written < size:
        block = []
        for _ in range(10_000):
            number += 1
            line = lines[number * 7919 % 20_000]
            if number % spacing == 0:
                line = f"{line[:60]} X-API-Key: {keys[number % 5_000]} done"
            block.append(line)
        text = "\n".join(block) + "\n"
        file.write(text)
        written += len(text)
