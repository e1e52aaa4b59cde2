"""Links that are swapped while scripts read and write through them, and disks that are full: `scripts/torture race` and
`scripts/torture full-disk` run it. Each says how often it tried and what went wrong; the exit status is 1 when anything
did.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("MRS_PROGRAM", os.path.join(ROOT, ".build", "release", "mrs"))


class Folder:
    """A folder of its own for one subject."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="mrs-torture-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def at(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "w") as file:
            file.write(text)

    def read(self, name):
        with open(self.at(name), "rb") as file:
            return file.read()

    def mrs(self, *arguments, inside="", limit=None, output=subprocess.PIPE):
        """Runs the program; no file may grow beyond `limit` bytes."""
        return subprocess.run(
            [PROGRAM, *arguments], cwd=self.at(inside), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.PIPE, timeout=120,
            env=dict(os.environ, HOME=self.at("home"), XDG_CACHE_HOME="", XDG_STATE_HOME="", CI=""),
            preexec_fn=lambda: limit is None or resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))


def crashed(done):
    """Whether a process ended by a signal or by a status that is not documented."""
    return done.returncode not in (0, 1, 2, 3, 4, 64, 124, 130)


# race

OURS = "user,item,rating\n1,1,1\n1,2,3\n"
THEIRS = "user,item,rating\n" + "".join(f"{user},7,4\n" for user in range(1, 90))
UNTIDY = "load   data\n"


def swap(folder, swaps, ends, done):
    """Links lead in turn inside and outside, a file is a link outside in turn, and a folder, until that was done
    often enough and a tenth as many commands have ended."""
    beside = folder.at("own/next")
    door, ours, theirs = (folder.at("own/" + name) for name in ["door", "ours", "theirs"])
    os.symlink("../other/door", theirs)
    turn = 0
    while turn < swaps or len(ends) < swaps // 10:
        turn += 1
        for link in ["out.csv", "near.mrs"]:
            os.symlink(("kept" if turn % 2 else "../other") + "/" + link, beside)
            os.replace(beside, folder.at("own/" + link))
        if turn % 2:
            os.link(folder.at("own/kept/r.csv"), beside)
            if turn > 1:
                os.rename(door, theirs)
            os.rename(ours, door)
        else:
            os.symlink("../other/r.csv", beside)
            os.rename(door, ours)
            os.rename(theirs, door)
        os.replace(beside, folder.at("own/r.csv"))
    done.append(turn)


def race(swaps=10_000):
    faults = []
    with Folder() as folder:
        for name in ["r.csv", "out.csv"]:
            folder.write("own/kept/" + name, OURS)
            folder.write("other/" + name, THEIRS)
        for name in ["own/kept", "other"]:
            folder.write(name + "/near.mrs", UNTIDY)
        folder.write("own/ours/r.csv", OURS)
        folder.write("other/door/r.csv", THEIRS)
        folder.write("own/load.mrs", 'load csv "r.csv"\n')
        folder.write("own/door.mrs", 'load csv "door/r.csv"\n')
        folder.write("own/export.mrs", 'load csv "kept/r.csv"\nexport data "out.csv"\nexport data "door/out.csv"\n')
        commands = [("run", "load.mrs"), ("run", "door.mrs"), ("run", "export.mrs"), ("fmt", "near.mrs")]
        before = {name: folder.read("other/" + name) for name in ["r.csv", "out.csv", "near.mrs", "door/r.csv"]}
        names = sorted(os.listdir(folder.at("other")) + os.listdir(folder.at("other/door")))
        ends, done = [], []
        swapper = threading.Thread(target=swap, args=(folder, swaps, ends, done))
        swapper.start()

        def work():
            while not done:
                for command in commands:
                    ended = folder.mrs(*command, inside="own")
                    ends.append(ended.returncode)
                    said = (ended.stdout + ended.stderr).decode()
                    if "89 ratings" in said:
                        faults.append(f"{command}: read outside: {said}")
                    if crashed(ended):
                        faults.append(f"{command}: ended with {ended.returncode}: {said}")
                folder.write("own/kept/near.mrs", UNTIDY)

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for thread in [swapper, *workers]:
            thread.join()
        passed = ends.count(0)
        for name, text in before.items():
            if folder.read("other/" + name) != text:
                faults.append(f"{name}: written outside")
        if sorted(os.listdir(folder.at("other")) + os.listdir(folder.at("other/door"))) != names:
            faults.append("a file was made outside")
        if not 0 < passed < len(ends):
            faults.append(f"{passed} of {len(ends)} came through: nothing was tried")
    return f"{done[0]} swaps, {len(ends)} commands, {passed} came through", faults


# full-disk

SCRIPT = "mrs 1\nset seed=7\nload data\ndescribe\n"
SPEAKING = [
    ["run", "--deterministic", "a.mrs"], ["run", "--deterministic", "--format", "json", "a.mrs"], ["help"],
    ["help", "maml"], ["man"], ["plan", "a.mrs"], ["completions", "bash"], ["test", "--no-cache", "a.mrs"],
    ["check", "--json", "faulty.mrs"], ["run", "--help"],
]
# What writes files, and which.
WRITING = [
    (["run", "export.mrs"], "out.csv"), (["run", "session.mrs"], "out.mrs"), (["run", "model.mrs"], "out.safetensors"),
    (["run", "checkpoint.mrs"], "out.checkpoint"), (["fmt", "untidy.mrs"], "untidy.mrs"),
    (["fix", "faulty.mrs"], "faulty.mrs"), (["convert", "--force", "a.mrs", "out.ipynb"], "out.ipynb"),
    (["test", "--no-cache", "--update", "recorded.mrs"], "recorded.mrs"),
    (["test", "--no-cache", "--junit", "out.xml", "a.mrs"], "out.xml"), (["promote", "promoted.mrs"], "promoted.mrs"),
]


def sources():
    """The files that a subject begins with."""
    learning = "set seed=7\nload data\nsplit tasks\nmeta-train maml steps=1 epochs=1"
    return {
        "a.mrs": SCRIPT, "faulty.mrs": "laod data\n", "untidy.mrs": UNTIDY * 20,
        "recorded.mrs": "mrs 1\nset seed=7\nload data\n#> old\ndescribe\n#> old\n",
        "promoted.mrs": "load data\n#> old\n", "promoted.mrs.corrected": "load data\n#> new\n",
        "export.mrs": 'load data\nexport data "out.csv"\n',
        "session.mrs": SCRIPT + 'save session "out.mrs"\n',
        "model.mrs": learning + '\nsave model "out.safetensors"\n',
        "checkpoint.mrs": learning + ' checkpoint="out.checkpoint"\n',
    }


def speak(folder, arguments, places, faults):
    """Fills the disk behind standard output at some places."""
    whole = folder.mrs(*arguments).stdout
    for place in range(places):
        limit = len(whole) * place // places
        with open(folder.at("said"), "wb") as file:
            ended = folder.mrs(*arguments, limit=limit, output=file)
        said = folder.read("said")
        if ended.returncode != (2 if arguments[0] == "check" else 3) or b"E0517" not in ended.stderr:
            faults.append(f"{arguments} at {limit}: ended with {ended.returncode}: {ended.stderr.decode()}")
        # How long a plan or a test takes is another thing each time.
        if arguments[0] not in ("plan", "test") and said != whole[:limit]:
            faults.append(f"{arguments} at {limit}: {len(said)} bytes are there, not the first {limit}")


def keep(folder, arguments, name, places, faults):
    """Fills the disk behind a file at some places."""
    old = {other: text.encode() for other, text in sources().items()}
    old.setdefault(name, b"" if name.endswith(".checkpoint") else b"old")

    def begin():
        for other in os.listdir(folder.path):
            if os.path.isfile(folder.at(other)):
                os.remove(folder.at(other))
        for other, text in old.items():
            if text:
                folder.write(other, text.decode())

    begin()
    folder.mrs(*arguments)
    size = len(folder.read(name))
    for place in range(places):
        limit = size * place // places
        begin()
        ended = folder.mrs(*arguments, limit=limit)
        said = (ended.stdout + ended.stderr).decode()
        now = {other: folder.read(other) for other in os.listdir(folder.path) if os.path.isfile(folder.at(other))}
        if now != {other: text for other, text in old.items() if text}:
            changed = [other for other in set(now) | set(old) if now.get(other, b"") != old.get(other, b"")]
            faults.append(f"{arguments} at {limit}: {changed} changed")
        if crashed(ended) or "file too large" not in said:
            faults.append(f"{arguments} at {limit}: ended with {ended.returncode}: {said}")


def full_disk(places=100):
    faults = []
    each = max(1, places // (len(SPEAKING) + len(WRITING)))
    with Folder() as folder:
        for name, text in sources().items():
            folder.write(name, text)
        for arguments in SPEAKING:
            speak(folder, arguments, each, faults)
        for arguments, name in WRITING:
            keep(folder, arguments, name, each, faults)
    return f"{each * (len(SPEAKING) + len(WRITING))} places", faults


SUBJECTS = {"race": race, "full-disk": full_disk}


def main():
    words = sys.argv[1:]
    if words and words[0] not in SUBJECTS:
        sys.exit(__doc__)
    failed = False
    for name in [words[0]] if words else SUBJECTS:
        tried, faults = SUBJECTS[name](*map(int, words[1:2]))
        for fault in faults:
            print(f"{name}: {fault}")
        print(f"{name}: {tried}, {len(faults)} faults")
        failed = failed or bool(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
