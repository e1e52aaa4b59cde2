"""Times the service beside FastAPI with PyTorch on the same model: measure.py [SECONDS [ENDURE]].

The server has one core, the load the other. Both adapt to somebody new with ten ratings and rank 10,000 items. Their
answers are compared first. Then rates by wrk, latencies by load.py at half of the full rate, and ENDURE seconds of mixed
load with reloads.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import door

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 10
ENDURE = float(sys.argv[2]) if len(sys.argv) > 2 else 180
HERE = os.path.dirname(os.path.abspath(__file__))
ITEMS = 10_000
WRK = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
math.randomseed(7)
request = function()
  local ratings = {}
  for n = 1, 10 do ratings[n] = string.format('"%d": %d', (n - 1) * 1000 + math.random(1, 1000), math.random(1, 5)) end
  return wrk.format(nil, nil, nil, '{"ratings": {' .. table.concat(ratings, ", ") .. '}, "count": 10}')
end
"""
MIXED = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
math.randomseed(11)
request = function()
  local user, kind = "u" .. math.random(1, 3000), math.random(1, 10)
  if kind <= 3 then
    return wrk.format(nil, "/feedback", nil, string.format('{"user": "%s", "ratings": {"%d": %d}}', user, math.random(1, 10000), math.random(1, 5)))
  elseif kind <= 6 then
    return wrk.format(nil, "/recommend", nil, string.format('{"user": "%d"}', math.random(1, 1500)))
  elseif kind == 7 then
    return wrk.format(nil, "/explain", nil, string.format('{"ratings": {"%d": 5}, "item": "%d"}', math.random(1, 5000), math.random(5001, 10000)))
  end
  return wrk.format(nil, "/recommend", nil, string.format('{"ratings": {"%d": 5, "%d": 1}}', math.random(1, 5000), math.random(5001, 10000)))
end
"""


def world():
    """A model of ten thousand items, its data, and the items' features."""
    r = random.Random(5)
    kinds = ["wood", "tin", "paint", "paper", "cloth"]
    made = {str(item): r.sample(kinds, r.randint(1, 2)) for item in range(1, ITEMS + 1)}
    rows = ["user,item,rating"]
    for user in range(1, 1501):
        taste = {kind: r.gauss(0, 1) for kind in kinds}
        for item in r.sample(range(1, ITEMS + 1), 40):
            level = 3 + sum(taste[kind] for kind in made[str(item)]) + r.gauss(0, 0.5)
            rows.append(f"{user},{item},{min(5, max(1, round(level)))}")
    # Every item is in the data.
    rows += [f"{1501 + item // 40},{item},3" for item in range(1, ITEMS + 1)]
    door.script("bench.csv", "\n".join(rows) + "\n")
    door.script("made.csv", "item,made\n" + "".join(f"{item},{'|'.join(kinds)}\n" for item, kinds in made.items()))
    load = 'load "bench.csv"; attach items "made.csv"; split tasks'
    model = door.model("bench", "meta-train maml steps=5 epochs=2", load)
    catalogue = door.script("items.json", json.dumps({item: {"made": kinds} for item, kinds in made.items()}))
    return model, door.script("bench.mrs", load + "\n"), catalogue


def memory(process):
    """Megabytes that a process and its children hold."""
    total = 0
    pids = [process.pid]
    while pids:
        pid = pids.pop()
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                    pids += map(int, file.read().split())
        except OSError:
            continue
    return round(total / 1024, 1)


def spent(process):
    """Seconds that a process has computed."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def wrk(port, script, seconds, connections=8):
    """Answers a second, and how many were no answers."""
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", script, f"http://127.0.0.1:{port}/recommend"],
        capture_output=True, text=True, check=True)
    rate = float(next(line for line in done.stdout.splitlines() if "Requests/sec" in line).split()[1])
    faults = [line.strip() for line in done.stdout.splitlines() if "Non-2xx" in line or "Socket errors" in line]
    return rate, faults


def latency(port, rate, seconds):
    done = subprocess.run(
        ["taskset", "-c", "1", sys.executable, os.path.join(HERE, "load.py"), str(port), str(rate), str(seconds)],
        capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def ask(port, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/recommend", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class Pinned:
    """A server on the first core."""

    def __init__(self, words, port, **environment):
        start = time.perf_counter()
        self.port = port
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *words], cwd=HERE, env={**os.environ, **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                ask(port, {"ratings": {"1": 5}, "count": 1})
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - start > 120:
                    raise
                time.sleep(0.01)
        self.start = round(time.perf_counter() - start, 2)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def measured(server):
    script = door.script("newcomers.lua", WRK)
    wrk(server.port, script, 2)
    before = spent(server.process)
    rate, faults = wrk(server.port, script, SECONDS)
    computed = 1000 * (spent(server.process) - before) / max(1, rate * SECONDS)
    half = latency(server.port, max(1, rate / 2), SECONDS)
    return {"start": server.start, "rate": round(rate, 1), "ms computed": round(computed, 3), "faults": faults, "half": half, "MB": memory(server.process)}


def endure(model, data):
    """Load of all kinds with reloads; what a service of few users in memory holds as time goes on."""
    script = door.script("mixed.lua", MIXED)
    port = 18472
    server = Pinned(
        [door.PROGRAM, "serve", model, "--data", data, "--port", str(port), "--users", "500", "--feedback", door.path("endure.jsonl")],
        port)
    held, faults, count = [], [], 0
    end = time.monotonic() + ENDURE
    while time.monotonic() < end:
        load = subprocess.Popen(
            ["taskset", "-c", "1", "wrk", "-t1", "-c16", "-d10s", "-s", script, f"http://127.0.0.1:{port}/recommend"],
            stdout=subprocess.PIPE, text=True)
        for _ in range(9):
            time.sleep(1)
            server.process.send_signal(signal.SIGHUP)
        said, _ = load.communicate()
        faults += [line.strip() for line in said.splitlines() if "Non-2xx" in line or "Socket errors" in line]
        count += int(next(line for line in said.splitlines() if "requests in" in line).split()[0])
        held.append(memory(server.process))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    wanted = ("mrs_reloads_total", "mrs_users_in_memory", "mrs_users_dropped_total", "mrs_feedback_total")
    server.end()
    return {"answers": count, "faults": faults, "MB": held, "metrics": [line for line in lines if line.startswith(wanted)]}


def main():
    if not shutil.which("wrk"):
        sys.exit("needs wrk: apt-get install wrk")
    model, data, catalogue = world()
    results = {}
    ours = Pinned(
        [door.PROGRAM, "serve", model, "--data", data, "--port", "18470", "--feedback", "none"], 18470)
    servers = {"mrs": ours}
    app = [sys.executable, "-m", "uvicorn", "reference_app:app", "--workers", "1", "--log-level", "error", "--port"]
    for port, name, tuned in [(18471, "FastAPI", "0"), (18473, "FastAPI, tuned", "1")]:
        try:
            servers[name] = Pinned(
                [*app, str(port)], port, MRS_MODEL=model, MRS_ITEMS=catalogue, MRS_TUNED=tuned,
                PYTHONPATH=os.path.join(HERE, "../../../Sources/MetaRecPython"))
        except OSError:
            print(f"without {name}, which did not start", file=sys.stderr)
    r = random.Random(3)
    for name, server in servers.items():
        furthest = 0.0
        for _ in range(50 if server is not ours else 0):
            body = {"ratings": {str(i): r.randint(1, 5) for i in r.sample(range(1, ITEMS + 1), 10)}, "count": 10}
            a, b = ask(ours.port, body)["items"], ask(server.port, body)["items"]
            for one, other in zip(a, b):
                furthest = max(furthest, abs(one["score"] - other["score"]))
        assert furthest < 1e-3, furthest
        if server is not ours:
            results.setdefault("answers differ by at most", {})[name] = furthest
    for _ in range(3):
        for name, server in servers.items():
            results.setdefault(name, []).append(measured(server))
    for server in servers.values():
        server.end()
    if ENDURE > 0:
        results["endured"] = endure(model, data)
    print(json.dumps(results, indent=1))
    print("measured" if all(not one["faults"] for one in results["mrs"]) else "faults")


if __name__ == "__main__":
    try:
        main()
    finally:
        door.cleanup()
