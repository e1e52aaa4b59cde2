"""Claims about standard input, output and error that are full, closed or gone, and about pipes where files
are expected, held against the real program."""

import os
import resource
import subprocess
import tempfile
import unittest

from terminal import PROGRAM, Terminal

SCRIPT = "mrs 1\nset seed=7\nload data\ndescribe\n"
LOST = "error[E0517]: standard output cannot be written: "
# Every way in which the program writes to standard output.
ALL = {
    "run": ["run", "a.mrs"],
    "run json": ["run", "--format", "json", "a.mrs"],
    "pipe": [],
    "pipe to run": ["run", "-"],
    "help": ["help"],
    "topic": ["help", "maml"],
    "help of a subcommand": ["help", "fmt"],
    "check": ["check", "--json", "faulty.mrs"],
    "plan": ["plan", "a.mrs"],
    "test": ["test", "--no-cache", "a.mrs"],
    "man": ["man"],
    "completions": ["completions", "bash"],
    "convert": ["convert", "--force", "a.mrs", "a.ipynb"],
    "fmt": ["fmt", "--check", "wide.mrs"],
    "fix": ["fix", "a.mrs"],
    "promote": ["promote", "a.mrs"],
    "version": ["--version"],
    "help option": ["--help"],
    "help option of a subcommand": ["run", "--help"],
}


class StreamTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-streams-")
        self.addCleanup(self.folder.cleanup)
        for name, text in {
            "a.mrs": SCRIPT, "wide.mrs": "load   data\n", "faulty.mrs": "laod data\n",
        }.items():
            with open(self.path(name), "w") as file:
                file.write(text)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def mrs(self, arguments, redirection="", **options):
        """The program, its streams as the shell redirects them."""
        options.setdefault("input", SCRIPT.encode())
        return subprocess.run(
            ["sh", "-c", f'exec "$0" "$@" {redirection}', os.path.abspath(PROGRAM), *arguments],
            cwd=self.folder.name, env=dict(os.environ, HOME=self.folder.name, CI="true"),
            capture_output=True, timeout=60, **options)


class Lost_output(StreamTest):
    def assert_said(self, redirection, reason):
        for name, arguments in ALL.items():
            with self.subTest(name):
                done = self.mrs(arguments, redirection)
                said = done.stderr.decode()
                # What is wrong with the script itself goes before.
                self.assertEqual(done.returncode, 2 if name == "check" else 3, said)
                self.assertEqual(said.count(LOST + reason), 1, said)

    def test_a_full_disk_is_said_by_every_subcommand(self):
        self.assert_said("> /dev/full", "no space left on device")

    def test_a_closed_output_is_said_by_every_subcommand(self):
        self.assert_said(">&-", "it is closed")

    def test_errors_that_nobody_can_read_leave_the_status(self):
        for redirection in ["2>&-", "2> /dev/full", "> /dev/full 2>&1", ">&- 2>&-"]:
            with self.subTest(redirection):
                self.assertEqual(self.mrs(["--no-such-option"], redirection).returncode, 64)
                self.assertEqual(self.mrs(["run", "faulty.mrs"], redirection).returncode, 2)
        self.assertEqual(self.mrs(["run", "a.mrs"], "> /dev/full 2>&1").returncode, 3)
        self.assertEqual(self.mrs(["run", "a.mrs"], ">&- 2>&-").returncode, 3)
        # Nothing was to be said there.
        self.assertEqual(self.mrs(["run", "a.mrs"], "2>&-").returncode, 0)
        self.assertEqual(self.mrs(["fmt", "wide.mrs"], ">&-").returncode, 0)

    def test_the_prompt_says_it_and_ends_so(self):
        program = f"{os.path.abspath(PROGRAM)} > /dev/full"
        with Terminal("-c", program, program="/bin/sh") as terminal:
            terminal.wait("standard output cannot be written")
            terminal.send("load data\rquit\r")
            self.assertEqual(terminal.wait_end(), 3)
            self.assertEqual(terminal.text.count("standard output"), 1)

    def test_what_a_disk_took_before_it_was_full_is_the_beginning(self):
        whole = self.mrs(["man"]).stdout
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        done = self.mrs(["man"], "> out", preexec_fn=limit)
        self.assertEqual(done.returncode, 3)
        self.assertIn(LOST + "file too large", done.stderr.decode())
        self.assertEqual(self.read("out"), whole[:5000])

    def test_a_reader_that_has_gone_wants_no_more(self):
        for ignored in ["", 'trap "" PIPE;']:
            with self.subTest(ignored):
                line = f'{ignored} for c in man help "run a.mrs"; do "$0" $c | head -n 1 >/dev/null; done'
                done = subprocess.run(
                    ["sh", "-c", line, os.path.abspath(PROGRAM)], cwd=self.folder.name,
                    capture_output=True, timeout=60)
                self.assertEqual(done.stderr, b"")

    def test_a_reader_that_is_slow_gets_everything(self):
        read, write = os.pipe()
        os.set_blocking(write, False)
        with open(self.path("b.mrs"), "w") as file:
            file.write("help\n" * 40)
        child = subprocess.Popen([os.path.abspath(PROGRAM), "run", "b.mrs"], cwd=self.folder.name, stdout=write)
        os.close(write)
        # Longer than it takes to fill the pipe, so that writing has to wait.
        self.assertRaises(subprocess.TimeoutExpired, child.wait, 0.5)
        with open(read, "rb") as file:
            self.assertEqual(file.read(), self.mrs(["help"]).stdout * 40)
        self.assertEqual(child.wait(30), 0)


class Closed_streams(StreamTest):
    def test_without_standard_input_there_is_an_empty_script(self):
        for arguments in [[], ["run", "-"]]:
            done = self.mrs(arguments, "<&-")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_no_file_gets_the_number_of_a_closed_stream(self):
        with open(self.path("b.mrs"), "w") as file:
            file.write(SCRIPT + 'export data "out.csv"\nsave session "out.mrs"\nfrobnicate\n')
        with open(self.path("c.mrs"), "w") as file:
            file.write(SCRIPT + 'export data "out.csv"\nsave session "out.mrs"\n')
        self.assertEqual(self.mrs(["run", "c.mrs"]).returncode, 0)
        whole = self.read("out.csv"), self.read("out.mrs")
        for closed in ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"]:
            with self.subTest(closed):
                os.remove(self.path("out.csv"))
                os.remove(self.path("out.mrs"))
                done = self.mrs(["run", "c.mrs"], closed)
                self.assertEqual(done.returncode, 3 if ">&-" in closed.split() else 0)
                self.assertEqual((self.read("out.csv"), self.read("out.mrs")), whole)
                self.assertEqual(self.mrs(["test", "--no-cache", "b.mrs"], closed).returncode, 2)


class Full_disks(StreamTest):
    def on_a_full_disk(self, *arguments):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return self.mrs(list(arguments), preexec_fn=limit)

    def test_a_report_that_cannot_be_written_is_a_sentence(self):
        done = self.on_a_full_disk("test", "--no-cache", "--junit", "report.xml", "a.mrs")
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot write `report.xml`: file too large", done.stderr.decode())
        self.assertIn("0 failed", done.stdout.decode())

    def test_what_cannot_be_written_anew_stays_as_it_was(self):
        with open(self.path("old.csv"), "w") as file:
            file.write("old")
        with open(self.path("b.mrs"), "w") as file:
            file.write('set seed=7\nload data\nexport data "old.csv"\n')
        with open(self.path("c.mrs"), "w") as file:
            file.write("load data\n#> old\n")
        before = {name: self.read(name) for name in os.listdir(self.folder.name) if "." in name}
        for arguments in [
            ["fmt", "wide.mrs"], ["fix", "faulty.mrs"], ["run", "b.mrs"],
            ["convert", "--force", "a.mrs", "old.ipynb"], ["test", "--no-cache", "--update", "c.mrs"],
        ]:
            with self.subTest(arguments[0]):
                done = self.on_a_full_disk(*arguments)
                self.assertIn("file too large", (done.stderr + done.stdout).decode())
                self.assertEqual(done.returncode, 3)
                after = {name: self.read(name) for name in os.listdir(self.folder.name) if "." in name}
                after.pop(".cache", None)
                self.assertEqual(after, before)


class Pipes_for_files(StreamTest):
    def test_a_history_that_is_a_pipe_is_passed_over_and_said(self):
        state = self.path("state")
        os.makedirs(os.path.join(state, "mrs", "sessions"))
        os.mkfifo(os.path.join(state, "mrs", "history.jsonl"))
        os.mkfifo(os.path.join(state, "mrs", "sessions", "1-1.jsonl"))
        with Terminal(state=state) as terminal:
            terminal.wait("the history is not kept: ")
            terminal.wait_prompt(1)
            self.assertIn("1-1.jsonl` is no journal", terminal.text.replace("\n", ""))
            terminal.run("show seed")
            terminal.send("quit\r")
            self.assertEqual(terminal.wait_end(), 0)
        self.assertTrue(os.path.exists(os.path.join(state, "mrs", "sessions", "1-1.jsonl")))
