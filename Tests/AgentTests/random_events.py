"""Random events with keys in them, and what has to come back: random_events.py FOLDER COUNT SEED.

Python's own JSON writer and reader are the oracle. Keys are put into the written JSON, where they stand for
marks: no character of a key is ever escaped, at whatever depth, so that the result is known byte by byte.
"""

import base64
import json
import random
import string
import sys

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(seed)
LETTERS = string.ascii_letters + string.digits


def key():
    secret = "".join(random.choices(LETTERS + "-_", k=43))
    return "hopx_" + "live_" + "".join(random.choices(LETTERS, k=12)) + "." + secret


def words(marks):
    text = []
    for _ in range(random.randint(0, 6)):
        text.append(random.choice([
            "plain", "\n", "\t", '"', "\\", "/", "ü", "漢字", "\U0001f600", "\u0000", "\u007f", "\u2028", " ",
            "https://a.b/c?d=e", "{", "}", "\\u0041", "hopx_live_", "&amp;", "%41",
        ]))
        if random.random() < 0.25:
            marks.append(f"@@{len(marks)}@@")
            text.append(" " + marks[-1] + " ")
    return "".join(text)


def value(depth, marks):
    kind = random.random()
    if depth == 0 or kind < 0.4:
        return words(marks)
    if kind < 0.5:
        return random.choice([None, True, False, 0, -1, 1.5, 1e300, 12345678901234567890])
    if kind < 0.65:
        return [value(depth - 1, marks) for _ in range(random.randint(0, 4))]
    if kind < 0.8:
        return written(value(depth - 1, marks))
    return {words(marks) + str(n): value(depth - 1, marks) for n in range(random.randint(0, 4))}


def written(thing):
    return json.dumps(
        thing, ensure_ascii=random.random() < 0.5, indent=random.choice([None, None, 1, "\t"]),
        separators=random.choice([None, (",", ":"), (" , ", " : ")]))


for number in range(count):
    marks = []
    while True:
        marks.clear()
        result = {"stdout": value(5, marks), "rest": value(4, marks)}
        if marks:
            break
    response = written(result)
    before, after = response, response
    for mark in marks:
        real = key()
        before = before.replace(mark, real)
        after = after.replace(mark, real[:15] + "...")
    event = (
        '{"hook_event_name":"PostToolUse" ,\n"cwd":"/tmp","tool_name":"Bash","tool_input":{},'
        f'"tool_response":{before}}}')
    assert json.loads(before) is not None and json.loads(after) is not None
    with open(f"{folder}/{number}.event", "w", encoding="utf-8") as file:
        file.write(event)
    with open(f"{folder}/{number}.expected", "w", encoding="utf-8") as file:
        file.write(after)
