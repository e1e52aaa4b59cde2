"""Times meta-steps on 1 to 4 ranks of this machine beside what the model of Sources/MPI/Scaling.md foretells.

    scripts/test-mpi --program measure.py [ROUNDS]

Every number is the median of so many rounds, taken in turns.
"""

import json
import math
import os
import statistics
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pty"))

import ranks  # noqa: E402

SCRIPT = """mrs 1
param batch = 32
param epochs = 20
set seed=7 threads=1
load data
split tasks
meta-train maml steps=5 epochs=$epochs batch=$batch patience=0
"""
CORES = os.cpu_count()


def sums(batch):
    """Into how many sums a batch is cut."""
    return min(batch, max(8, min(64, batch // 8)))


def step(count, batch, epochs):
    """Seconds of a meta-step."""
    words = [ranks.PROGRAM, "run", SCRIPT_FILE, "--format", "json", f"batch={batch}", f"epochs={epochs}"]
    done = subprocess.run(
        [*(ranks.launcher(count) if count > 1 else []), *words], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    result = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")][-1]["result"]
    return result["seconds"] / result["steps"]


def main(rounds):
    cases = [(1, 1, 1), (1, 32, 8), (1, 64, 16), (2, 1, 1)] + [(count, 32, 8) for count in (2, 3, 4)]
    times = {case[:2]: [] for case in cases}
    for _ in range(rounds):
        for count, batch, epochs in cases:
            times[count, batch].append(step(count, batch, epochs))
    found = {case: 1e3 * statistics.median(own) for case, own in times.items()}
    learn = found[1, 64] - found[1, 32]
    fixed = max(0.0, found[1, 32] - learn)
    exchange = found[2, 1] - found[1, 1]
    print(f"{CORES} cores; milliseconds of a meta-step of 32 tasks, medians of {rounds}")
    print(f"learning {learn:.2f}, adding up and moving {fixed:.2f}, exchange of two ranks {exchange:.2f}")
    print("ranks  measured  model")
    for count in (1, 2, 3, 4):
        share = math.ceil(sums(32) / count) / sums(32)
        crowd = max(1.0, count / CORES)
        model = crowd * (learn * share + fixed) + exchange * (count - 1)
        print(f"{count:5}  {found[count, 32]:8.2f}  {model:5.2f}")


if __name__ == "__main__":
    try:
        SCRIPT_FILE = ranks.write(os.path.join(ranks.folder("measure"), "script.mrs"), SCRIPT)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    finally:
        ranks.cleanup()
