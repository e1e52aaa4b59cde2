"""Every process hashes with a seed of its own; what is printed does not depend on it."""

import os
import re
import subprocess
import tempfile
import unittest

from terminal import PROGRAM, Terminal

# Commands of every kind, and texts that are put together from what has no order of its own.
SCRIPT = """mrs 1
set seed=7
load data
describe
clean k-core=5 dedupe=mean
split tasks test=30%
baseline mf factors=2 as=small
baseline svd epochs=3
meta-train maml steps=1 epochs=2 lr=[0.001, 0.003, 0.001] hide-items=[0, 0.5]
best
plot sweep
keep model swept
meta-train ridge epochs=2
show
let r = evaluate ndcg@5 mae coverage@5 diversity@5 novelty@5 with=[small, svd, user-knn, content, hybrid]
let s = evaluate mae by=activity
compare swept ridge small bias item-knn
significance $r.bias $r.item-mean
abtest ridge bias runs=20
adapt user 42
topk 5
trace user 42
similar 50
explain user 42 item 50
plot adaptation
plot embedding
plot popularity
search random maml epochs=1 n=2 inner-lr=[0.01, 0.05, 0.1]
adapt user 43
for k in [1, 2] { topk $k }
save model "m.mrsmodel"
export "out" format=recbole
help
help maml
examples plot
"""
# Many names that nothing reads, a slip among many near names, and folders within folders.
FAULTY = "".join(f"let name-{n} = {n}\n" for n in range(30)) + """load csv "a/b/x.csv"
load csv "a/x.csv"
for k in [1, 2] { show $name-31 }
evaluate nonsense
meta-train mmal
"""
CELLS = [
    "load data", "split tasks", "let a = compare bias item-mean; let b = $a; let c = $a; let d = $a",
    "set seed=8", "split tasks test=40%", "expect $a.users + $b.users == $c.users + $d.users", "history", "show $missing", "why",
    "rerun stale", "history",
]
RUNS = 3


def without_times(text):
    text = re.sub(r'"seconds":[0-9.e-]+', '"seconds":0', text)
    text = re.sub(r"[0-9][0-9.,]* (ns|µs|us|ms|s|min|h)\b|[0-9][0-9.,]*( [kMG]?B/s|/s)", "<time>", text)
    # Columns are as wide as the longest time in them.
    return re.sub(r"-{2,}", "--", re.sub(r" {2,}", " ", text))


class HashingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mrs-hashing-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()

    def run_once(self, arguments):
        environment = dict(os.environ, HOME=self.folder, XDG_CACHE_HOME=os.path.join(self.folder, "cache"))
        environment.pop("SWIFT_DETERMINISTIC_HASHING", None)
        done = subprocess.run([os.path.abspath(PROGRAM), *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)
        return [done.returncode, without_times(done.stdout), without_times(done.stderr)]

    def same_in_every_process(self, *arguments):
        first = self.run_once(arguments)
        for _ in range(RUNS - 1):
            self.assertEqual(first, self.run_once(arguments))
        return first

    def test_a_script_of_every_command(self):
        status, out, error = self.same_in_every_process("run", self.write("all.mrs", SCRIPT))
        self.assertEqual(status, 0, error)
        self.assertIn("Sweep", out)

    def test_reports_as_data(self):
        self.same_in_every_process("run", self.write("all.mrs", SCRIPT), "--format", "json")

    def test_what_is_found_wrong(self):
        status, *_ = self.same_in_every_process("check", self.write("faulty.mrs", FAULTY))
        self.assertEqual(status, 2)

    def test_cells_and_what_is_said_of_them(self):
        screens = []
        for _ in range(RUNS):
            with Terminal(rows=300) as t:
                t.run(*CELLS)
                screens.append(without_times(t.text))
            self.assertIn("which is stale", screens[0])
            self.assertEqual(screens[0], screens[-1])


if __name__ == "__main__":
    unittest.main()
