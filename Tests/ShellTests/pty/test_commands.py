"""Claims about the subcommands, held against the real program: what it says and how it ends."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree

import jupyter
from terminal import PROGRAM, TRAINING, Terminal, obey_signals

PASSING = "mrs 1\nset seed=7\nload data\nlet s = split tasks\nexpect $s.test > 0\n"


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-commands-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def mrs(self, *arguments, **environment):
        return subprocess.run(
            [os.path.abspath(PROGRAM), *arguments],
            cwd=self.folder.name,
            env=dict(
                os.environ, HOME=self.folder.name, XDG_CACHE_HOME=self.path("cache"), CI="", **environment
            ),
            capture_output=True,
            text=True,
            timeout=120,
        )


ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))


class CommandLineTest(CommandTest):
    def test_the_lines_of_documents_are_lines_of_the_program(self):
        lines = []
        for folder, _, names in os.walk(ROOT):
            if "/." in folder[len(ROOT):]:
                continue
            for name in names:
                if name.endswith(".md"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        lines += re.findall(r"(?:^ {4}(?:\S*/)?|`|&& )mrs ([a-z][a-z-]*\b[^`\n]*)", file.read(), re.M)
        self.assertGreater(len(lines), 15)
        help = {}
        for line in lines:
            words = shlex.split(line, comments=True)
            said = help.setdefault(words[0], self.mrs(words[0], "--help").stdout)
            self.assertIn(f"USAGE: mrs {words[0]}", said, line)
            for option in re.findall(r"(?<=\s)--[a-z-]+", " ".join(words)):
                self.assertIn(option + " ", said + " ", line)

    def test_a_word_that_is_no_subcommand_is_told_what_is(self):
        self.write("x.mrs", "load data\n")
        for words, said in (
            (["x.mrs"], "`mrs run x.mrs` runs a script"), (["chekc", "x.mrs"], "did you mean `mrs check`?"),
            (["load", "data"], "`load` is a command of the language"), (["nonsense"], "`mrs --help` lists them"),
        ):
            ended = self.mrs(*words)
            self.assertEqual((ended.returncode, ended.stdout), (64, ""))
            self.assertIn(f"there is no subcommand `{words[0]}`", ended.stderr)
            self.assertIn(said, ended.stderr)
        self.assertEqual(self.mrs("format", "x.mrs").returncode, 0)


class ExitStatusTest(CommandTest):
    def status(self, text, *arguments):
        return self.mrs("run", self.write("a.mrs", text), *arguments).returncode

    def test_each_end_has_its_status(self):
        self.assertEqual(self.status(PASSING), 0)
        self.assertEqual(self.status("expect 1 > 2\n"), 1)
        self.assertEqual(self.status("laod data\n"), 2)
        self.assertEqual(self.status("load data\nsplit tasks min=5000\n"), 3)
        self.assertEqual(self.mrs("run", "--no-such-flag", "a.mrs").returncode, 64)
        self.assertEqual(self.mrs("run", "not-there.mrs").returncode, 64)

    def test_limits_end_what_takes_too_much(self):
        endless = "for i in 1..100000 { load data }\n"
        self.assertEqual(self.status(endless, "--timeout", "500ms"), 124)
        self.assertEqual(self.status(endless, "--memory", "5MB"), 3)
        self.assertEqual(self.mrs("run", "a.mrs", "--timeout", "soon").returncode, 64)

    def test_ctrl_c_ends_what_would_go_on_for_hours(self):
        head = "load data\nsplit tasks\n"
        for line in ["abtest mf popularity users=10000000 runs=100000",
                     "model mlp hidden=2048,2048 embed=256\nmeta-train maml steps=5"]:
            self.write("a.mrs", head + line + "\n")
            process = subprocess.Popen(
                [os.path.abspath(PROGRAM), "run", "a.mrs"], cwd=self.folder.name,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=obey_signals)
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 130, errors)

    def test_ctrl_c_ends_a_test_of_scripts_whoever_is_told(self):
        """The whole group, as by a terminal, or the one process, as by a program that began it."""
        self.write("a.mrs", "load data\nsplit tasks\nmodel mlp hidden=2048,2048 embed=256\nmeta-train maml\n")
        for tell in (os.killpg, os.kill):
            # As soon as it listens, when a worker may not do so yet, and later.
            for wait in (0, 1):
                process = subprocess.Popen(
                    [os.path.abspath(PROGRAM), "test", "--no-cache", "--runs", "3", "a.mrs"],
                    cwd=self.folder.name, text=True, start_new_session=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    preexec_fn=obey_signals)
                self.addCleanup(self.end, process)
                while process.poll() is None and not self.catches(process.pid, signal.SIGINT):
                    time.sleep(0.001)
                time.sleep(wait)
                tell(process.pid, signal.SIGINT)
                said, _ = process.communicate(timeout=20)
                with self.subTest(tell.__name__, wait=wait):
                    self.assertEqual(process.returncode, 130, said)
                    # What a worker can say that is told before it has begun only chance decides.
                    if wait:
                        self.assertRegex(said, "interrupted|not run")

    @staticmethod
    def end(process):
        """Ends a process with those that it began, if it goes on."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def catches(process, number):
        """Whether a process has a handler for a signal."""
        with open(f"/proc/{process}/status") as file:
            caught = next(line for line in file if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (number - 1) & 1)

    def test_the_worst_of_several_scripts_counts(self):
        self.write("one/a.mrs", PASSING)
        self.write("one/b.mrs", "expect 1 > 2\n")
        self.assertEqual(self.mrs("test", "one").returncode, 1)
        self.write("one/c.mrs", "laod\n")
        self.assertEqual(self.mrs("test", "one").returncode, 2)


class SafetyTest(CommandTest):
    def test_scripts_stay_within_their_folders(self):
        self.write("secret/x.csv", "user,item,rating\n1,1,1\n")
        self.write("own/a.mrs", 'load csv "../secret/x.csv"\n')
        elsewhere = self.path("own")
        refused = subprocess.run(
            [os.path.abspath(PROGRAM), "run", "a.mrs"], cwd=elsewhere, capture_output=True, text=True
        )
        self.assertEqual(refused.returncode, 2)
        self.assertIn("E0506", refused.stderr)
        self.assertIn("--allow " + os.path.realpath(self.path("secret")), refused.stderr)
        allowed = subprocess.run(
            [os.path.abspath(PROGRAM), "run", "a.mrs", "--allow", "../secret"], cwd=elsewhere
        )
        self.assertEqual(allowed.returncode, 0)

    def test_a_script_behind_a_link_is_replaced_only_where_that_is_allowed(self):
        os.makedirs(self.path("inside"))
        changing = [["fmt"], ["fix"], ["test", "--update"], ["convert", "--force", "../a.mrs"], ["promote"]]
        self.write("a.mrs", PASSING)
        os.symlink("../outside/far.mrs", self.path("inside/near.mrs"))
        for command in changing:
            with self.subTest(command[0]):
                # Only what runs can be brought up to date, and only what differs is accepted.
                text = "load data\n#> old\n" if command[0] in ("test", "promote") else "load   data; describee\n"
                self.write("outside/far.mrs", text)
                self.write("inside/near.mrs.corrected", "load data\n#> new\n")
                here = dict(cwd=self.path("inside"), capture_output=True, text=True, env=dict(
                    os.environ, HOME=self.folder.name))
                words = [os.path.abspath(PROGRAM), *command, "near.mrs"]
                refused = subprocess.run(words, **here)
                real = os.path.realpath(self.path("outside"))
                self.assertEqual(refused.returncode, 3, refused.stderr)
                self.assertIn(f"leads to `{real}/far.mrs`, outside", refused.stderr + refused.stdout)
                self.assertEqual(self.read("outside/far.mrs"), text)
                subprocess.run([*words, "--allow", "../outside"], **here)
                self.assertNotEqual(self.read("outside/far.mrs"), text)
                self.assertTrue(os.path.islink(self.path("inside/near.mrs")))

    def test_a_file_without_permission_to_write_stays(self):
        text = "mrs 1\nload data\n#> old\n"
        self.write("a.mrs", text)
        os.chmod(self.path("a.mrs"), 0o444)
        os.chmod(self.folder.name, 0o777)
        # Whoever may do everything may do this as well.
        user = 65534 if os.geteuid() == 0 else None
        for command in [["test", "--no-cache", "--update"], ["test", "--no-cache", "--record"]]:
            try:
                done = subprocess.run(
                    [os.path.abspath(PROGRAM), *command, "a.mrs"], cwd=self.folder.name, user=user,
                    env=dict(os.environ, HOME=self.folder.name), capture_output=True, text=True)
            except PermissionError:
                self.skipTest("another user cannot run the program here")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("cannot write `a.mrs`: permission denied", done.stdout)
            self.assertEqual(self.read("a.mrs"), text)

    def test_links_in_folders_of_scripts_are_passed_over(self):
        self.write("scripts/a.mrs", PASSING)
        self.write("elsewhere/b.mrs", "secret that no message may show\n")
        os.symlink("../elsewhere", self.path("scripts/door"))
        os.symlink("../elsewhere/b.mrs", self.path("scripts/b.mrs"))
        done = self.mrs("test", "scripts")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("secret", done.stdout + done.stderr)
        self.assertIn("2 passed, 0 failed, 0 skipped", done.stdout)


class ReplayTest(CommandTest):
    def test_what_was_recorded_is_held_and_promoted(self):
        self.write("a.mrs", PASSING)
        self.assertEqual(self.mrs("test", "--record", "a.mrs").returncode, 0)
        recorded = self.read("a.mrs")
        self.assertIn("#@ split=", recorded)
        first = self.mrs("test", "a.mrs")
        self.assertTrue(first.stdout.endswith("4 passed, 0 failed, 0 skipped\n"), first.stdout)
        self.assertIn("unchanged since it passed", self.mrs("test", "a.mrs").stdout)
        self.write("a.mrs", recorded.replace("24,045", "24,046"))
        differing = self.mrs("test", "a.mrs")
        self.assertEqual(differing.returncode, 1)
        self.assertIn("recorded `24,046`, now `24,045`", differing.stderr)
        self.assertEqual(self.mrs("promote", "a.mrs").returncode, 0)
        self.assertEqual(self.read("a.mrs"), recorded)

    def test_updates_keep_tolerances_and_sign_times(self):
        self.write("a.mrs", "mrs 1\nset seed=7\nload data\nsplit tasks\nmeta-train maml epochs=1\n"
                   "adapt 42\n#> loss 0.1 ± 0.02 → 0.2 ± 0.03.\n"
                   "plot loss\n#> nothing\n")
        self.assertEqual(self.mrs("test", "--update", "a.mrs").returncode, 0)
        self.assertEqual(self.mrs("test", "--no-cache", "a.mrs").returncode, 0)
        self.write("b.mrs", "mrs 1\nset seed=7\nload data\nsplit tasks\nmeta-train maml epochs=1\n#> x\n")
        self.assertEqual(self.mrs("test", "--update", "b.mrs").returncode, 0)
        self.assertIn("<time>", self.read("b.mrs"))
        self.assertEqual(self.mrs("test", "--no-cache", "b.mrs").returncode, 0)

    def test_what_is_typed_while_a_test_runs_is_not_lost(self):
        script = (
            'mrs 1\nset seed=3\nload data\n#> wrong\nexport data "began.csv"\nsplit tasks\n'
            "meta-train maml steps=3 epochs=15 patience=0\n"
        )
        for option in ["--update", "--record", "--deterministic"]:
            path = self.path(self.write("a.mrs", script))
            running = subprocess.Popen(
                [os.path.abspath(PROGRAM), "test", option, "--no-cache", "a.mrs"],
                cwd=self.folder.name,
                env=dict(os.environ, HOME=self.folder.name, CI=""),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            while not os.path.exists(self.path("began.csv")):
                self.assertIsNone(running.poll())
                time.sleep(0.01)
            with open(path, "a") as file:
                file.write("# MY NEW LINE\n")
            said, _ = running.communicate(timeout=TRAINING)
            self.assertEqual(self.read("a.mrs"), script + "# MY NEW LINE\n")
            self.assertIn("E0505", said)
            self.assertEqual(running.returncode, 1 if option == "--deterministic" else 3, said)
            self.assertFalse(os.path.exists(path + ".corrected"))
            os.unlink(self.path("began.csv"))

    def test_records_hold_whatever_ends_the_lines(self):
        lines = ["mrs 1", "set seed=3", "load data", "#> wrong", "split tasks", ""]
        for ends in [["\r\n"] * 6, ["\n", "\r\n", "\r\n", "\n", "\r\n", ""], ["\r\n", "\n"] * 3]:
            for option in ["--update", "--record"]:
                text = "".join(line + end for line, end in zip(lines[:-1], ends))
                with open(self.path("a.mrs"), "w", newline="") as file:
                    file.write(text)
                self.assertEqual(self.mrs("test", option, "a.mrs").returncode, 0)
                self.assertEqual(self.mrs("test", "a.mrs").returncode, 0)
                with open(self.path("a.mrs"), newline="") as file:
                    updated = file.read()
                self.assertIn("24,045 ratings", updated)
                kept = [line for line in updated.splitlines(True) if not line.startswith("#")]
                self.assertEqual(kept, [line for line in text.splitlines(True) if not line.startswith("#")])
                with open(self.path("a.mrs"), "w", newline="") as file:
                    file.write(updated.replace("24,045", "24,046"))
                falsified = self.mrs("test", "a.mrs")
                self.assertEqual(falsified.returncode, 1, falsified.stdout)
                promoted = self.mrs("promote", "a.mrs")
                self.assertEqual(promoted.returncode, 0, promoted.stderr)
                with open(self.path("a.mrs"), newline="") as file:
                    self.assertEqual(file.read(), updated)

    def test_output_that_is_compared_with_nothing_is_said(self):
        self.write("a.mrs", "mrs 1\nload data\n\n#> Loaded something else\n")
        found = self.mrs("test", "a.mrs")
        self.assertIn("line 4: output that is recorded under no statement", found.stdout)

    def test_nothing_is_written_in_continuous_integration(self):
        self.write("a.mrs", "load data\n#> nothing like it\n")
        environment = {"CI": "true"}
        process = subprocess.run(
            [os.path.abspath(PROGRAM), "test", "a.mrs"],
            cwd=self.folder.name,
            env=dict(os.environ, HOME=self.folder.name, **environment),
            capture_output=True,
        )
        self.assertEqual(process.returncode, 1)
        self.assertFalse(os.path.exists(self.path("a.mrs.corrected")))

    def test_other_programs_read_the_report(self):
        self.write("a.mrs", PASSING)
        self.write("b.mrs", "load data\nexpect 1 > 2\nexpect 1 < 2\n")
        self.mrs("test", ".", "--junit", "report.xml")
        suites = ElementTree.fromstring(self.read("report.xml"))
        self.assertEqual(suites.get("failures"), "1")
        self.assertEqual(suites.get("skipped"), "1")
        self.assertEqual([suite.get("name") for suite in suites], ["a.mrs", "b.mrs"])

    def test_two_deterministic_replays_say_the_same(self):
        self.write("a.mrs", PASSING + "meta-train maml epochs=1\n")
        runs = [self.mrs("test", "--deterministic", "--no-cache", "a.mrs").stdout for _ in range(2)]
        self.assertEqual(runs[0], runs[1])
        runs = [self.mrs("run", "--deterministic", "a.mrs").stdout for _ in range(2)]
        self.assertEqual(runs[0], runs[1])
        self.assertIn("<time>", runs[0])

    def test_a_script_that_hangs_ends_alone(self):
        self.write("a.mrs", PASSING)
        self.write("b.mrs", "for i in 1..100000 { load data }\n")
        ended = self.mrs("test", ".", "--timeout", "8s")
        self.assertEqual(ended.returncode, 124)
        self.assertIn("ok     a.mrs", ended.stdout)
        self.assertIn("FAILED b.mrs", ended.stdout)


class ShellFilesTest(CommandTest):
    def test_the_manual_page_is_right_and_names_everything(self):
        page = self.mrs("man").stdout
        for word in ["meta\\-train", "ndcg", "EXIT STATUS", "mrs promote", "neural\\-process"]:
            self.assertIn(word, page)
        if not shutil.which("groff"):
            self.skipTest("groff is missing")
        shown = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8", "-K", "utf8"], input=page, capture_output=True, text=True
        )
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))

    def test_bash_completes_subcommands_options_and_topics(self):
        self.write("mrs.bash", self.mrs("completions", "bash").stdout)
        self.write("a.mrs", PASSING)
        script = """source mrs.bash
            try() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
              COMPREPLY=(); _mrs mrs "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
              echo "${COMPREPLY[*]}"; }
            try mrs pro; try mrs run --form; try mrs run --format j; try mrs help meta-t; try mrs run a.m"""
        said = subprocess.run(
            ["bash", "-c", script], cwd=self.folder.name, capture_output=True, text=True
        )
        self.assertEqual(said.stderr, "")
        self.assertEqual(said.stdout.splitlines()[0].split()[0], "prompt")
        self.assertEqual(said.stdout.splitlines()[1:], ["--format", "json", "meta-train", "a.mrs"])

    COMPLETED = [
        ("mrs prom", "prompt"), ("mrs run --form", "--format"), ("mrs run --format j", "json"),
        ("mrs help meta-t", "meta-train"), ("mrs run a.m", "a.mrs"),
    ]

    def completions(self, shell, name):
        """The completions in a file that the shell can read, beside a script."""
        if not shutil.which(shell):
            self.skipTest(f"{shell} is missing")
        self.write("a.mrs", PASSING)
        self.write(name, self.mrs("completions", shell).stdout)
        check = subprocess.run([shell, "-n", self.path(name)], capture_output=True)
        self.assertEqual((check.returncode, check.stderr), (0, b""))

    def test_fish_completes(self):
        self.completions("fish", "mrs.fish")
        for line, expected in self.COMPLETED:
            command = f"source mrs.fish; complete -C {shlex.quote(line)}"
            said = subprocess.run(
                ["fish", "-c", command], cwd=self.folder.name, capture_output=True, text=True
            )
            self.assertEqual(said.stderr, "")
            self.assertIn(expected, [row.split("\t")[0] for row in said.stdout.splitlines()], line)

    def test_zsh_completes(self):
        self.completions("zsh", "_mrs")
        environment = {"PATH": os.path.dirname(os.path.abspath(PROGRAM)) + ":" + os.environ["PATH"]}
        with Terminal("-f", "-i", program="zsh", env=environment) as t:
            t.send(f"cd {self.folder.name}; fpath=($PWD $fpath); PS1=ready:; autoload -Uz compinit\r")
            t.send("compinit -u -d dump; clear\r")
            t.wait_until(lambda: t.text == "ready:", "the prompt of zsh")
            for line, expected in self.COMPLETED[1:]:
                t.send(line + "\t")
                t.wait(f"{line.rsplit(' ', 1)[0]} {expected}")
                t.send("\x15")
            t.send("mrs pro\t\t")
            t.wait("Accept the output that")

    def test_other_shells_are_refused(self):
        self.assertEqual(self.mrs("completions", "tcsh").returncode, 64)


class ConvertTest(CommandTest):
    SCRIPT = (
        "mrs 1\nset seed=7\n\n## # Title\n##\n## Text with `code`.\n\nload data\n#> Loaded\n\nsplit tasks\n\n"
        "## ë 漢\n\nfor k in [1, 2] {\n  show\n}\n"
    )

    def test_a_converted_notebook_is_one_and_comes_back(self):
        self.write("a.mrs", self.SCRIPT)
        for source, target in [("a.mrs", "a.ipynb"), ("a.ipynb", "b.mrs"), ("b.mrs", "b.ipynb")]:
            done = self.mrs("convert", source, target)
            self.assertEqual(done.returncode, 0, done.stderr)
        for name in ["a.ipynb", "b.ipynb"]:
            self.assertEqual(jupyter.faults(self.path(name)), [], name)
        self.assertEqual(self.read("b.mrs"), self.SCRIPT)
        self.assertEqual(self.read("a.ipynb"), self.read("b.ipynb"))


    def test_a_notebook_that_cannot_be_read_is_refused_and_nothing_is_written(self):
        cell = '{"cell_type": "code", "metadata": {}, "outputs": [], "source": %s}'
        form = '{"nbformat": %s, "nbformat_minor": 5, "metadata": {}, "cells": [%s]}'
        for text, word in [
            (form % (4, cell % '["load data\\n", 3]' + ', {"source": "show"}'), "cell 2 has no `cell_type`"),
            (form % (99, ""), "nbformat 99"),
            ('{"nbformat": 3, "worksheets": []}', "jupyter nbconvert"),
            ("load data", "byte 0"),
        ]:
            self.write("a.ipynb", text)
            refused = self.mrs("convert", "a.ipynb", "a.mrs")
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(word, refused.stderr)
            self.assertFalse(os.path.exists(self.path("a.mrs")))
        self.assertEqual(self.mrs("convert", "a.txt", "a.mrs").returncode, 64)

    def test_large_notebooks_are_read_and_what_has_no_text_is_said(self):
        picture = '{"output_type": "display_data", "metadata": {}, "data": {"image/png": "%s"}}' % ("iVBO" * 5_000_000)
        self.write(
            "a.ipynb",
            '\ufeff{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", '
            '"metadata": {}, "outputs": [%s], "source": ["load data # \\ud83d"]}]}' % picture,
        )
        done = self.mrs("convert", "a.ipynb", "a.mrs")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out 1 output", done.stderr)
        self.assertIn("U+FFFD", done.stderr)
        self.assertEqual(self.read("a.mrs"), "load data # \ufffd\n")


class CheckTest(CommandTest):
    def test_editors_read_one_fault_a_line(self):
        self.write("a.mrs", "mrs 1\nset seed=7\nlaod data\nload csv \"nowhere.csv\"\n")
        found = self.mrs("check", "--json", "a.mrs")
        faults = [json.loads(line) for line in found.stdout.splitlines()]
        self.assertEqual([fault["code"] for fault in faults], ["E0201", "E0501"])
        self.assertEqual((faults[0]["line"], faults[0]["column"]), (3, 1))
        self.assertEqual(faults[0]["fix"]["replacement"], "load")

    def test_warnings_can_be_denied(self):
        self.write("a.mrs", "load data\n")
        self.assertEqual(self.mrs("check", "a.mrs").returncode, 0)
        self.assertEqual(self.mrs("check", "--deny-warnings", "a.mrs").returncode, 2)

    def test_bad_input_is_told_and_never_ends_the_program(self):
        for name, data in [
            ("null.mrs", b"load\0data\n"),
            ("latin.mrs", b"load \xff\xfe\n"),
            ("deep.mrs", b"let x = " + b"[" * 10000),
            ("long.mrs", b'load "' + b"x" * 100_000_000 + b'"\n'),
        ]:
            with open(self.path(name), "wb") as file:
                file.write(data)
            for verb in ["check", "run", "fmt", "fix", "test", "plan"]:
                ended = self.mrs(verb, name)
                self.assertIn(ended.returncode, [0, 2], f"{verb} {name}: {ended.stderr[-500:]}")
                self.assertLess(len(ended.stderr), 20_000, f"{verb} {name}")


class PlanTest(CommandTest):
    def test_a_plan_names_files_and_holds_a_budget(self):
        self.write("a.mrs", 'load data\nsplit tasks\nmeta-train maml epochs=2\nexport "x.csv"\n')
        plan = self.mrs("plan", "a.mrs")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("Writes x.csv.", plan.stdout)
        # Neither what the script would write nor anything of its own.
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["a.mrs"])
        self.assertFalse(os.path.exists(self.path("x.csv")))
        self.assertEqual(self.mrs("plan", "--budget", "1ms", "a.mrs").returncode, 1)
        self.write("b.mrs", "splt tasks\n")
        refused = self.mrs("plan", "b.mrs")
        self.assertEqual(refused.returncode, 2)
        self.assertNotIn("Plan", refused.stdout + refused.stderr)


if __name__ == "__main__":
    unittest.main()
