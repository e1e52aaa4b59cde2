"""Ranks as their users start them: the real program under the real mpirun, in a folder of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAM = os.environ["MRS_PROGRAM"]
FOLDER = tempfile.mkdtemp(prefix="mrs-ranks-")
# Within this all ranks have stopped when one is lost.
DEADLINE = 30

os.environ["XDG_STATE_HOME"] = os.path.join(FOLDER, "state")
os.environ["XDG_CACHE_HOME"] = os.path.join(FOLDER, "cache")
# Open MPI refuses root without being told twice.
os.environ["OMPI_ALLOW_RUN_AS_ROOT"] = os.environ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
# Machines of tests may have no other way than this one.
os.environ.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")

# Trains on ratings and on clicks, tunes, judges and compares: whatever is spread.
EVERYTHING = """mrs 1
param threads = 2
set seed=7 threads=$threads
load data
split tasks
let trained = meta-train maml epochs=2 steps=2
show $trained.loss
let judged = evaluate mae ndcg seeds=2
show $judged
let tuned = search grid fomaml steps=[1, 3] epochs=2
show $tuned.best
let compared = compare best bias item-mean by=mae
show $compared
save model "ratings.safetensors"
binarize keep=likes
split tasks support=5 query=rest min=10
meta-train prototypical epochs=2
evaluate ndcg@20
topk 5 for=test
save model "clicks.safetensors"
"""

TRAINING = """mrs 1
set seed=7
load data
split tasks
meta-train maml epochs={epochs} steps=5 patience=0 checkpoint="training.checkpoint"
save model "trained.safetensors"
"""


def cleanup():
    shutil.rmtree(FOLDER, ignore_errors=True)


def folder(name):
    """An empty folder of that name."""
    path = os.path.join(FOLDER, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def launcher(count, *options):
    return ["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-np", str(count), *options]


def start(words, where):
    return subprocess.Popen(
        words, cwd=where, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True)


def ended(process, seconds=300):
    """Its output, errors and status; one that goes on for too long is ended, and that is a failure."""
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        for own in [process.pid, *descendants(process.pid)]:
            try:
                os.kill(own, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            output, errors = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            output, errors = "", "somebody still holds its output"
        raise AssertionError(f"it did not end within {seconds} s\n{output}\n{errors}") from None
    return output, errors, process.returncode


def run(count, script, where, *words, seconds=300, options=()):
    words = [*launcher(count, *options), PROGRAM, "run", script, "--deterministic", "--plain", *words]
    return ended(start(words, where), seconds)


def alone(script, where, *words):
    return ended(start([PROGRAM, "run", script, "--deterministic", "--plain", *words], where))


def children():
    """For each process its children."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        found.setdefault(parent, []).append(int(name))
    return found


def descendants(process):
    known, found, open_ = children(), [], [process]
    while open_:
        own = known.get(open_.pop(), [])
        found += own
        open_ += own
    return found


def ranks_of(process):
    """The processes of its ranks by their number."""
    found = {}
    for own in descendants(process):
        try:
            environment = contents(f"/proc/{own}/environ").split(b"\0")
            program = os.readlink(f"/proc/{own}/exe")
        except OSError:
            continue
        numbers = [word for word in environment if word.startswith(b"OMPI_COMM_WORLD_RANK=")]
        if numbers and program == os.path.realpath(PROGRAM):
            found[int(numbers[0].split(b"=")[1])] = own
    return found


def left_over(processes):
    """Those that are still there, and no dead ones that somebody has yet to ask for."""
    def is_there(process):
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    return [process for process in processes if is_there(process)]


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.05)
