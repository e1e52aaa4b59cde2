"""Breaks on purpose what the program must not be misled by, and counts what it lets pass: torture WHAT [OPTIONS].

Each kind of torture prints a table and ends with status 1 when anything passed, crashed or hung.
"""
import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

START = 'mrs 1\nset seed=7\nload csv "ratings.csv"\nsplit tasks valid=20% test=20% query=2\n'


class Place:
    """A folder of its own, with the environment that keeps the program's files in it."""

    def __init__(self, mrs, folder):
        self.mrs = mrs
        self.folder = folder
        self.environment = dict(os.environ)
        for name in ("CACHE", "STATE", "DATA", "CONFIG"):
            self.environment[f"XDG_{name}_HOME"] = self.path(name.lower())

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def run(self, *arguments, limit=60):
        """The exit status, None for a process that did not end, and all that was printed."""
        try:
            done = subprocess.run(
                [self.mrs, *arguments], cwd=self.folder, env=self.environment, timeout=limit,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout.decode(errors="replace")


def table(title, columns, rows):
    widths = [max(len(str(row[place])) for row in [columns, *rows]) for place in range(len(columns))]
    print(title)
    for row in [columns, *rows]:
        print("  ".join(
            str(cell).ljust(width) if place == 0 else str(cell).rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths))))


# MARK: Flipped bits


class Opened:
    """A file that one script opens; a changed one must be refused as what it is."""

    def __init__(self, name, script, file, code):
        self.name, self.script, self.file, self.code = name, script, file, code

    def prepare(self, place):
        place.write(self.name + ".mrs", START + self.script)

    def files(self, place):
        return [place.path(self.file)]

    def isAccepted(self, place, file):
        status, text = place.run("run", self.name + ".mrs")
        if status == 0:
            return True
        return False if status == 3 and f"error[{self.code}]" in text else None

    def wholeIsAccepted(self, place):
        return self.isAccepted(place, self.files(place)[0]) is True


class Kept:
    """Results that `mrs test` keeps; a changed one must be made anew."""

    name = "kept result"
    script = 'model factor embed=2\nmeta-train ridge epochs=1\nlet r = evaluate mae\nexpect $r.mae > 0\n'

    def prepare(self, place):
        place.write("kept.mrs", START + self.script)
        place.run("test", "kept.mrs")
        folder = place.path("cache/mrs/results")
        self.entries = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                self.entries[os.path.join(folder, name)] = file.read()
        self.replay = next(name for name, entry in self.entries.items() if b'"status"' in entry)

    def files(self, place):
        return sorted(self.entries)

    def restore(self, spared=None):
        for name, entry in self.entries.items():
            if name != spared:
                with open(name, "wb") as file:
                    file.write(entry)

    def isAccepted(self, place, file):
        self.restore(spared=file)
        if file != self.replay and os.path.exists(self.replay):
            os.unlink(self.replay)
        status, text = place.run("test", "kept.mrs")
        taken = "unchanged since" in text if file == self.replay else "2 results kept" in text
        self.restore()
        return taken if status == 0 else None

    def wholeIsAccepted(self, place):
        return all(self.isAccepted(place, file) is True for file in self.files(place))


KINDS = [
    Opened("model", 'open model "m.safetensors"\nlet r = evaluate mae\n', "m.safetensors", "E0503"),
    Opened("checkpoint", 'model mlp embed=2 hidden=2\nresume "m.checkpoint"\n', "m.checkpoint", "E0503"),
    Kept(),
]


def flips(options, place):
    chance = random.Random(options.seed)
    rows = ["user,item,rating"]
    for user in range(10):
        rows += [f"u{user},i{item},{chance.randint(1, 5)}" for item in chance.sample(range(6), 5)]
    place.write("ratings.csv", "\n".join(rows) + "\n")
    place.write("train.mrs", START + (
        "model mlp embed=2 hidden=2\n"
        'meta-train maml steps=1 epochs=2 stop-after=1 checkpoint="m.checkpoint"\n'
        'save model "m.safetensors"\n'))
    status, text = place.run("run", "train.mrs")
    if status != 0:
        sys.exit(f"the files to break could not be made:\n{text}")
    counts = {kind.name: collections.Counter() for kind in KINDS}
    for kind in KINDS:
        kind.prepare(place)
    whole = {}
    for kind in KINDS:
        for name in kind.files(place):
            with open(name, "rb") as file:
                whole[name] = file.read()
    for number in range(options.count):
        kind = KINDS[number % len(KINDS)]
        name = chance.choice(kind.files(place))
        changed = bytearray(whole[name])
        bit = chance.randrange(8 * len(changed))
        changed[bit // 8] ^= 1 << bit % 8
        with open(name, "wb") as file:
            file.write(changed)
        accepted = kind.isAccepted(place, name)
        outcome = {True: "accepted", False: "refused", None: "otherwise"}[accepted]
        counts[kind.name][outcome] += 1
        if accepted is not False:
            print(f"{kind.name}: bit {bit % 8} of byte {bit // 8}: {outcome}", flush=True)
        with open(name, "wb") as file:
            file.write(whole[name])
    for kind in KINDS:
        for name in kind.files(place):
            with open(name, "wb") as file:
                file.write(whole[name])
        if not kind.wholeIsAccepted(place):
            counts[kind.name]["whole refused"] += 1
    columns = ["refused", "accepted", "otherwise", "whole refused"]
    table(f"{options.count} flipped bits", ["file", *columns], [
        [name, *(count[column] for column in columns)] for name, count in counts.items()])
    return all(count["refused"] == sum(count.values()) for count in counts.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mrs", default=os.path.join(ROOT, ".build/release/mrs"), help="the program")
    tortures = parser.add_subparsers(dest="torture", required=True, metavar="WHAT")
    own = tortures.add_parser("flips", help="single bits of models, checkpoints and kept results")
    own.add_argument("--count", type=int, default=1000)
    own.add_argument("--seed", type=int, default=1)
    own.set_defaults(run=flips)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(os.path.realpath(options.mrs), folder)
        sys.exit(0 if options.run(options, place) else 1)


if __name__ == "__main__":
    main()
