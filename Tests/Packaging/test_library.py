"""libhopxguard, as a C program and ctypes meet it: what it exports, what it opens, every call, 32 threads, too little
memory, the address sanitizer, and the same results as the command."""

import base64
import ctypes
import os
import random
import subprocess
import unittest

from support import TOP, FolderTest, key

# `make wheel` built it.
LIBRARY = TOP / ".build/library"
CHECK = TOP / "Tests/Packaging/library_check.c"


class LibraryTests(FolderTest):
    def build(self, *options):
        program = self.folder / "check"
        self.run_command(
            "clang", "-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", *options, f"-I{LIBRARY}", CHECK,
            "-o", program, f"-L{LIBRARY}", "-lhopxguard", "-lpthread", f"-Wl,-rpath,{LIBRARY}", PATH=os.environ["PATH"])
        return program

    def test_every_call_does_what_the_header_says(self):
        self.run_command(self.build(), "calls")

    def test_threads_with_contexts_of_their_own_and_one_they_share(self):
        self.run_command(self.build(), "threads")

    def test_without_memory_calls_fail_and_the_program_goes_on(self):
        self.run_command(self.build(), "memory")

    def test_the_address_sanitizer_finds_no_misuse_of_memory_and_no_leak(self):
        self.run_command(self.build("-fsanitize=address,undefined"), "calls")

    def test_it_exports_what_the_header_declares_and_needs_the_c_library_alone(self):
        header = (LIBRARY / "hopxguard.h").read_text()
        symbols = self.run_command("nm", "-D", "--defined-only", LIBRARY / "libhopxguard.so").stdout.split("\n")
        exported = {line.split()[-1] for line in symbols if line}
        self.assertTrue(all(name + "(" in header for name in exported), exported)
        self.assertEqual(len(exported), 14)
        needed = self.run_command("readelf", "-d", LIBRARY / "libhopxguard.so").stdout
        names = {line.split("[")[1].split("]")[0] for line in needed.split("\n") if "(NEEDED)" in line}
        self.assertLessEqual(names, {"libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2"})

    def test_it_opens_nothing_and_leaves_signals_alone(self):
        program, trace = self.build(), self.folder / "trace"
        calls = "trace=openat,open,rt_sigaction,socket,clone,fork,execve,prctl"
        self.run_command("strace", "-o", trace, "-e", calls, program, "calls")
        text = trace.read_text()
        self.assertNotRegex(text, r"rt_sigaction|socket\(|clone|fork")
        # While it is loaded, Swift's runtime looks for the program's arguments.
        loaded = max(text.rindex(".so.6"), text.find("/proc/self/maps"))
        after_loading = text[loaded:].split("\n")[1:]
        self.assertEqual([line for line in after_loading if line and not line.startswith("+++")], [])

    def test_texts_and_arrays_give_what_the_command_gives(self):
        guard = Guard()
        pick = random.Random(19)
        texts = [hidden(pick) for _ in range(300)]
        redacted = [guard.redact(text) for text in texts]
        self.assertEqual(guard.redact_array(texts), redacted)
        self.assertTrue(any(new != old for new, old in zip(redacted, texts)))
        for text, result in list(zip(texts, redacted))[:60]:
            filtered = subprocess.run(
                [TOP / ".build/release/hopxguard", "redact"], input=text, capture_output=True, check=True).stdout
            self.assertEqual(result, filtered)


def hidden(pick):
    """Noise with a key in it, in one of the forms that redaction knows; sometimes cut."""
    secret = key().encode()
    noise = lambda: bytes(pick.choices(b"ab \"'%\\u&#^U=\n\x1b;0146:", k=pick.randrange(40)))
    text = noise() + secret + noise()
    form = pick.randrange(8)
    if form == 1:
        text = base64.b64encode(text)
    elif form == 2:
        text = text.decode().encode(pick.choice(["utf-16-le", "utf-16-be"]))
    elif form in (3, 4, 5):
        spell = ["%%%02x", "\\u%04x", "\\x%02X"][form - 3]
        text = b"".join((spell % byte).encode() if pick.random() < 0.3 else bytes([byte]) for byte in text)
    elif form == 6:
        text = noise() + noise()
    if pick.random() < 0.3:
        text = text[pick.randrange(len(text) + 1):][:pick.randrange(1, 200)]
    return text


class Guard:
    """The calls of the header through ctypes."""

    def __init__(self):
        self.library = ctypes.CDLL(str(LIBRARY / "libhopxguard.so"))
        self.context = ctypes.c_void_p()
        assert self.library.hopxguard_new(ctypes.byref(self.context)) == 0

    def redact(self, text):
        out, length = ctypes.c_void_p(), ctypes.c_size_t()
        status = self.library.hopxguard_redact(
            self.context, text, ctypes.c_size_t(len(text)), ctypes.byref(out), ctypes.byref(length))
        assert status == 0
        return ctypes.string_at(out.value, length.value) if out.value else text

    def redact_array(self, texts):
        offsets = (ctypes.c_int32 * (len(texts) + 1))()
        for index, text in enumerate(texts):
            offsets[index + 1] = offsets[index] + len(text)
        values, places = ctypes.c_void_p(), ctypes.POINTER(ctypes.c_int32)()
        status = self.library.hopxguard_redact_array(
            self.context, b"".join(texts), offsets, ctypes.c_size_t(len(texts)), ctypes.byref(values),
            ctypes.byref(places))
        assert status == 0
        if not values.value:
            return texts
        whole = ctypes.string_at(values.value, places[len(texts)])
        return [whole[places[index]:places[index + 1]] for index in range(len(texts))]


if __name__ == "__main__":
    unittest.main()
