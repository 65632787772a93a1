"""How long a line takes through a filter: latency.py NAME COMMAND... ; medians of 2,000 lines."""
import os, statistics, subprocess, sys, time

name, command = sys.argv[1], sys.argv[2:]
child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
line = b"2026-11-24T07:00:00Z INFO request handled by worker status=200 took 13ms\n"
times = []
for _ in range(2_100):
    started = time.perf_counter()
    os.write(child.stdin.fileno(), line)
    got = 0
    while got < len(line):
        got += len(os.read(child.stdout.fileno(), 65536))
    times.append(time.perf_counter() - started)
    time.sleep(0.0005)
child.stdin.close()
child.wait()
times = sorted(times[100:])
print(f"  {name:<34} {statistics.median(times) * 1e6:9.1f} us   99 in 100 under {times[len(times) * 99 // 100] * 1e6:7.1f} us")
