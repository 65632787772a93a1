"""The most memory a filter ever had, for streams without an end: memory.py COMMAND..."""
import subprocess, sys

for name, part in [("a line of 1 GB", b"x" * 100_000), ("endless hopx_live_hopx_live_", b"hopx_live_" * 10_000),
                   ("keys without an end", b"hopx_live_0123456789aB." + b"hopx_live_0123456789aB.aB3_-xY9" * 3_000)]:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0)
    for _ in range(10_000):
        child.stdin.write(part)
    status = dict(line.split(":\t", 1) for line in open(f"/proc/{child.pid}/status") if ":\t" in line)
    child.stdin.close()
    child.wait()
    print(f"  {name:<34} peak {int(status['VmHWM'].split()[0]) / 1024:6.2f} MiB,"
          f" of its own {int(status['RssAnon'].split()[0]) / 1024:5.2f} MiB")
