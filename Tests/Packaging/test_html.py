"""The HTML report as a reader meets it, in headless Chromium: it opens fast, sorts and filters, asks for nothing from
elsewhere, and what strangers named stays text."""

import json
import os
import shutil
import subprocess
import unittest

from support import TOP, FolderTest, key

BINARY = TOP / ".build/release/hopxguard"


class Browser:
    """Chromium, spoken to over a pair of pipes in its DevTools protocol."""

    def __init__(self, profile):
        (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
        program = shutil.which("chromium") or "/usr/bin/chromium"
        words = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={profile}",
        ]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", *words],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.input, self.output = os.fdopen(ours_in, "rb", buffering=0), os.fdopen(ours_out, "wb", buffering=0)
        self.events, self.count, self.rest, self.session = [], 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(30)
        self.input.close()
        self.output.close()

    def message(self):
        while b"\0" not in self.rest:
            piece = self.input.read(1 << 16)
            if not piece:
                raise EOFError("Chromium has ended")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.count += 1
        request = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        self.output.write(json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.count:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, file):
        self.events.clear()
        self.call("Page.navigate", url=f"file://{file}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def value(self, expression):
        """The value of an expression of the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def of(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]


class HTMLReport(FolderTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = TOP / f".build/chromium-{os.getpid()}"
        cls.addClassCleanup(shutil.rmtree, cls.profile, ignore_errors=True)
        cls.browser = Browser(cls.profile)
        cls.addClassCleanup(cls.browser.close)

    def report(self, *arguments):
        report = self.folder / "report.html"
        self.run_command(BINARY, *arguments, f"--format=html={report}", "-q", cwd=self.folder / "files", status=1)
        return report

    def write(self, name, text):
        file = self.folder / "files" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def rows(self, column):
        """The texts of a column of the table of findings."""
        return self.browser.value(
            "[...document.querySelectorAll('section:last-of-type tbody tr')]"
            f".map((row) => row.cells[{column}].innerText)")

    def search(self, words):
        self.browser.value(
            f"(() => {{ const node = document.getElementById('words'); node.value = {json.dumps(words)};"
            " node.dispatchEvent(new Event('input')); })()")

    def test_ten_thousand_findings_open_in_two_seconds(self):
        for number in range(100):
            self.write(f"f{number:03}.txt", "".join(f"HOPX_API_KEY={key()}\n" for _ in range(100)))
        report = self.report("scan")
        # The processor time of the page's own thread does not depend on what else this machine does.
        self.browser.open(report)
        metrics = {item["name"]: item["value"] for item in self.metrics()}
        self.assertEqual(len(self.rows(0)), 10_000)
        self.assertLess(metrics["ThreadTime"], 2)

    def metrics(self):
        self.browser.call("Performance.enable", timeDomain="threadTicks")
        self.browser.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.browser.call("Performance.getMetrics")["metrics"]

    def test_sorting_and_filters(self):
        first, second = sorted([key(), key()])
        self.write("a.txt", f"{second}\n")
        self.write("b.txt", f"{first}\n")
        self.browser.open(self.report("scan"))
        self.assertEqual([row.split("\n")[0] for row in self.rows(1)], ["a.txt:1", "b.txt:1"])
        press = "document.querySelectorAll('th button')[0].click()"
        self.browser.value(press)
        self.assertEqual(self.rows(0), [first[:15] + "...", second[:15] + "..."])
        self.browser.value(press)
        self.assertEqual(self.rows(0), [second[:15] + "...", first[:15] + "..."])
        self.assertEqual(
            self.browser.value("document.querySelector('th[aria-sort=descending]').innerText.slice(0, 3)"), "Key")
        self.search("B.TXT")
        self.assertEqual([row.split("\n")[0] for row in self.rows(1)], ["b.txt:1"])
        self.assertEqual(self.browser.value("document.querySelector('[role=status]').innerText"), "1 finding of 2")
        self.search("")
        self.browser.value(
            "(() => { const node = document.getElementById('by-encoding'); node.value = '=plain';"
            " node.dispatchEvent(new Event('change')); })()")
        self.assertEqual(len(self.rows(0)), 2)

    def test_what_strangers_named_stays_text(self):
        names = [
            "<img src=x onerror=window.hacked=1>.txt", "</script><script>window.hacked=2</script>.txt",
            "<!--<script>.txt", "'\"><svg onload=window.hacked=3>.txt", "javascript:hacked=4.txt",
        ]
        for name in names:
            self.write(name.replace("/", "\u2215"), f"<script>window.hacked=5</script> {key()} </script>\n")
        self.write("</script><script>window.hacked=6<", f"{key()}\n")
        self.browser.open(self.report("scan"))
        self.assertIsNone(self.browser.value("window.hacked"))
        self.assertEqual(self.browser.value("document.querySelectorAll('img, main script, iframe').length"), 0)
        shown = "\n".join(self.rows(1))
        for name in names:
            self.assertIn(name.replace("/", "\u2215"), shown)
        self.assertEqual(self.browser.of("Log.entryAdded"), [])
        self.assertEqual(self.browser.of("Runtime.exceptionThrown"), [])

    def test_nothing_is_asked_for_from_elsewhere(self):
        self.write("a.txt", f"https://example.com/x.png?{key()}\n")
        report = self.report("scan")
        self.browser.open(report)
        asked = [event["request"]["url"] for event in self.browser.of("Network.requestWillBeSent")]
        self.assertEqual(asked, [f"file://{report}"])
        # And its policy forbids it.
        blocked = self.browser.value(
            "new Promise((done) => { const image = new Image(); image.onerror = () => done(true);"
            " image.onload = () => done(false); image.src = 'file:///usr/share/pixmaps/debian-logo.png'; })")
        self.assertTrue(blocked)
        self.assertTrue(any("Content Security Policy" in event["entry"]["text"] for event in self.browser.of("Log.entryAdded")))


if __name__ == "__main__":
    unittest.main()
