"""Keys made as the comparison runs, and their removal from whatever it prints."""
import re
import secrets
import string

BASE62 = string.ascii_letters + string.digits
SHAPE = re.compile(rb"(hopx_live_[0-9A-Za-z]{5})[0-9A-Za-z]{7}\.[0-9A-Za-z_-]{8,46}")


def new_key():
    """A key as the service gives them: 32 random bytes end in one of sixteen characters."""
    secret = "".join(secrets.choice(BASE62 + "_-") for _ in range(42)) + secrets.choice("AEIMQUYcgkosw048")
    # No word character may be missing at the ends: git-secrets matches whole words only.
    return "hopx_live_" + "".join(secrets.choice(BASE62) for _ in range(12)) + ".x" + secret[1:]


def masked(output, keys):
    """The output as text, without any secret half, whole or in the shape of one."""
    for key in keys:
        output = output.replace(key.partition(".")[2].encode(), b"<SECRET HALF>")
    return SHAPE.sub(rb"\1...", output).decode("utf-8", "replace")


def shows(output, key):
    """Whether the whole secret half of the key stands in the output."""
    return key.partition(".")[2].encode() in output
