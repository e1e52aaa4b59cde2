"""A terminal with a screen that tests can read, and the real program in it."""

import os
import re
import signal
import tempfile
import termios
import time

import pexpect
import pyte

PROGRAM = os.environ.get("MRS_PROGRAM", ".build/release/mrs")
# What the program writes when it begins to ask for a line.
PASTE_ON = b"\x1b[?2004h"
# How long to wait for what a training comes to, in seconds: the loops that every machine has take 30 times as
# long as the best, and tests run beside other work.
TRAINING = 600


def obey_signals():
    """What runs the tests in the background ignores some signals, and a child takes that over."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def modes_of_a_new_terminal():
    """The modes that a terminal has before any program has touched it."""
    leader, follower = os.openpty()
    try:
        return termios.tcgetattr(follower)
    finally:
        os.close(leader)
        os.close(follower)


class Terminal:
    """`mrs` at a pseudo-terminal: keys go in, a screen with text and colours comes out."""

    def __init__(self, *arguments, rows=30, columns=100, state=None, env=None, program=PROGRAM, editrc=None):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-terminal-")
        if editrc:
            with open(os.path.join(self.folder.name, ".editrc"), "w", encoding="ascii") as file:
                file.write(editrc)
        environment = dict(
            os.environ,
            TERM="xterm-256color",
            LC_ALL="C.UTF-8",
            HOME=self.folder.name,
            XDG_STATE_HOME=state or os.path.join(self.folder.name, "state"),
        )
        environment.pop("NO_COLOR", None)
        environment.update(env or {})
        self.screen = pyte.HistoryScreen(columns, rows, history=5000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.child = pexpect.spawn(
            program, list(arguments), env=environment, dimensions=(rows, columns), timeout=30,
            encoding=None,
            preexec_fn=obey_signals,
        )
        self.child.delaybeforesend = None
        # The child may have changed its own already.
        self.modes_before = modes_of_a_new_terminal()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.close(force=True)
        self.folder.cleanup()

    def pump(self, seconds=0.05):
        """Reads for a while what the program writes."""
        end = time.time() + seconds
        while True:
            try:
                data = self.child.read_nonblocking(65536, max(0.01, end - time.time()))
                self.output += data
                self.stream.feed(data)
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF:
                return
            if time.time() >= end:
                return

    def send(self, keys):
        self.child.send(keys)

    def settle(self, quiet=0.15, limit=10):
        """Reads until nothing has been written for a while."""
        end = time.time() + limit
        seen = -1
        while time.time() < end and seen != len(self.output):
            seen = len(self.output)
            self.pump(quiet)

    def wait_until(self, holds, what, seconds=30):
        """Reads until something holds of the screen."""
        end = time.time() + seconds
        while not holds():
            if time.time() > end:
                raise AssertionError(f"never saw {what}; the screen is:\n{self.text}")
            self.pump()
        return self

    def wait(self, text, seconds=30):
        """Reads until the screen holds a text."""
        return self.wait_until(lambda: text in self.text, repr(text), seconds)

    def wait_prompt(self, number, seconds=30):
        """Reads until the line of the cursor is the empty prompt of a cell."""
        self.wait_until(lambda: self.typed == f"mrs [{number}]>", f"prompt {number}", seconds)
        self.settle(0.05)
        return self

    def run(self, *lines, seconds=30):
        """Sends lines, each at a prompt, and reads on until the prompt after the last one."""
        self.wait_until(lambda: self.is_at_prompt, "a prompt", seconds)
        for line in lines:
            before = self.prompts
            self.send(line + "\r")
            self.wait_until(
                lambda: self.prompts > before and re.fullmatch(r"mrs \[\d+\]>", self.typed),
                f"the prompt after {line!r}", seconds)
        self.settle(0.05)
        return self

    def wait_end(self, seconds=20):
        """Reads until the program has ended; returns its exit status, negative for a signal."""
        end = time.time() + seconds
        while time.time() < end:
            self.pump()
            if not self.child.isalive():
                signaled = self.child.signalstatus
                return self.child.exitstatus if signaled is None else -signaled
        raise AssertionError(f"did not end; the screen is:\n{self.text}")

    @property
    def text(self):
        """Everything on the screen, line ends instead of the spaces that fill lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def line(self):
        """The line that the cursor is in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    @property
    def typed(self):
        """The line that the cursor is in, up to it: what is offered behind it has not been typed."""
        return self.screen.display[self.screen.cursor.y][:self.screen.cursor.x].rstrip()

    def colour(self, text):
        """The colours of the first cell of the last place where the text stands."""
        for row in range(self.screen.lines - 1, -1, -1):
            column = self.screen.display[row].rfind(text)
            if column >= 0:
                return self.screen.buffer[row][column].fg
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def signal(self, number):
        self.child.kill(number)

    @property
    def modes(self):
        return termios.tcgetattr(self.child.child_fd)

    @property
    def prompts(self):
        """How many lines the program has asked for; without marks for pastes, how often it wrote a prompt."""
        return self.output.count(PASTE_ON) or self.output.count(b"]> ")

    @property
    def is_at_prompt(self):
        return self.paste_is_marked or PASTE_ON not in self.output and self.line.startswith("mrs [")

    @property
    def paste_is_marked(self):
        """Whether the program left the terminal marking pastes."""
        return self.output.rfind(PASTE_ON) > self.output.rfind(b"\x1b[?2004l")


def interrupt(terminal):
    """Ctrl-C. What was typed before it must have been read: the terminal driver drops the rest."""
    terminal.settle()
    terminal.send("\x03")


def prepared(terminal):
    """A session with data and tasks, at its second prompt."""
    return terminal.run("load data; split tasks")


__all__ = ["TRAINING", "Terminal", "interrupt", "obey_signals", "prepared", "signal"]
