"""Kills a prompt at random moments: what `recover` brings back afterwards must be the session that was, except for the
line that ran. `scripts/torture kills` runs it; it needs no package.
"""

import os
import pty
import random
import re
import select
import shutil
import signal
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("MRS_PROGRAM", os.path.join(ROOT, ".build", "release", "mrs")))

# Lines of a session, and whether each adds its statement or takes the last one back.
TYPED = [
    ("set seed=3", True), ("load data", True), ("split tasks", True), ("meta-train ridge epochs=1", True),
    ("undo", False), ("meta-train maml steps=1 epochs=2", True), ("adapt user 42", True), ("let x = 5", True),
    ("undo", False), ("meta-train maml steps=1 epochs=100000 patience=0", True),
]
PROMPT = re.compile(rb"mrs \[\d+\]> ")


class Prompt:
    """The program at a terminal, as it is without any editing of lines."""

    def __init__(self, folder):
        environment = dict(
            os.environ, TERM="dumb", HOME=folder, XDG_STATE_HOME=folder + "/state", XDG_CACHE_HOME=folder + "/cache")
        self.output = b""
        self.child, self.file = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execve(PROGRAM, [PROGRAM, "--plain"], environment)

    def send(self, line):
        os.write(self.file, line.encode() + b"\n")

    def read(self, until):
        """Reads what the program writes until a time or its end; false at its end."""
        while time.monotonic() < until:
            ready, _, _ = select.select([self.file], [], [], max(0, until - time.monotonic()))
            if ready:
                try:
                    data = os.read(self.file, 1 << 16)
                except OSError:
                    data = b""
                if not data:
                    return False
                self.output += data
        return True

    @property
    def prompts(self):
        return len(PROMPT.findall(self.output))

    def kill(self):
        os.kill(self.child, signal.SIGKILL)
        self.end()

    def end(self):
        while self.read(time.monotonic() + 1):
            pass
        os.close(self.file)
        return os.waitpid(self.child, 0)[1]


def states():
    """What the session consists of after each line."""
    now, all_states = [], [[]]
    for line, adds in TYPED:
        now = now + [line] if adds else now[:-1]
        all_states.append(now)
    return all_states


def recovered(folder):
    """The statements that `recover` brings back, and what the program wrote."""
    prompt = Prompt(folder)
    for line in ["recover", 'save session "after.mrs"', "quit"]:
        prompt.send(line)
    status = prompt.end()
    said = prompt.output.decode(errors="replace")
    if status != 0:
        return None, said
    try:
        with open(folder + "/after.mrs", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return [], said
    # A saved session begins with the seed that it had before its first line.
    statements = [line for line in lines if line and not line.startswith("#") and line != "mrs 1"]
    return statements[1:], said


def kill(folder, chance, again):
    """Kills a session at a random moment, and a second time while it is brought back; returns how many of its lines
    were surely done."""
    prompt = Prompt(folder)
    for line, _ in TYPED:
        prompt.send(line)
    prompt.read(time.monotonic() + chance.random() * 1.2)
    prompt.kill()
    if again:
        second = Prompt(folder)
        second.send("recover")
        second.read(time.monotonic() + chance.random() * 0.6)
        second.kill()
    return max(0, prompt.prompts - 1)


def kills(count=100):
    """What was tried, and what went wrong."""
    chance = random.Random(15)
    faults, brought = [], 0
    known = states()
    for number in range(count):
        folder = tempfile.mkdtemp(prefix="mrs-kills-")
        try:
            done = kill(folder, chance, number % 4 == 0)
            statements, said = recovered(folder)
        finally:
            shutil.rmtree(folder)
        # The prompt after a line that was done may not have been shown yet.
        if statements not in known[done:done + 2]:
            faults.append(f"killed after {done} lines: came back as {statements}\n{said}")
        elif "damaged" in said or "cannot be read" in said:
            faults.append(f"killed after {done} lines: a kill is no damage\n{said}")
        elif statements:
            brought += 1
    return f"{count} kills, {brought} sessions brought back", faults


def main():
    tried, faults = kills(*map(int, sys.argv[1:2]))
    print(*faults, f"{tried}, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
