"""Claims about cells and about nothing being lost, held against the real program."""

import json
import os
import random
import re
import signal
import tempfile
import time
import unittest

import jupyter
from terminal import PROGRAM, TRAINING, Terminal, interrupt


class Cells(unittest.TestCase):
    def test_undo_brings_the_state_and_not_the_number_back(self):
        with Terminal() as t:
            t.run("set seed=11", "set seed=22", "undo")
            t.wait("after cell 1")
            t.send("show\r")
            t.wait("seed=11")

    def test_a_change_upstream_marks_results_stale_and_runs_nothing(self):
        with Terminal() as t:
            t.run("load data", "split tasks", "let r = compare mf item-mean", "split tasks query=5")
            t.wait("Cell 3 is stale now: tasks changed by cell 4.")
            t.run("expect $r.users > 0")
            t.wait("$r is of cell 3, which is stale")
            t.run("history")
            t.wait("stale 3, 5: tasks changed by cell 4")
            t.run("rerun stale")
            t.run("\x0chistory")
            self.assertNotIn("stale 3", t.text.rsplit("history", 1)[1])

    def test_why_explains_the_last_error_by_the_session(self):
        with Terminal() as t:
            t.run("load data", "meta-train maml")
            t.wait("E0402")
            t.send("why\r")
            t.wait("cell 1: load data")
            self.assertIn("split tasks", t.text.rsplit("why", 1)[1])

    def test_rerun_shows_what_it_runs_with_the_new_option(self):
        with Terminal() as t:
            t.run("load data", "split tasks query=5", "rerun 2 query=7")
            t.wait("split tasks query=7")
            self.assertIn("query=7", t.text)

    def test_rerun_gives_an_option_to_the_cells_that_have_it(self):
        with Terminal() as t:
            t.run("load data; split tasks", "meta-train maml epochs=1", "adapt user 42", "rerun 2..3 steps=2")
            t.wait("> meta-train maml epochs=1 steps=2")
            self.assertEqual(t.text.count("> adapt user 42\n"), 2)
            t.run("rerun 3 steps=2")
            t.wait("none of these cells takes the option `steps`")

    def test_show_shows_what_a_cell_came_to(self):
        with Terminal() as t:
            t.run("$_")
            t.wait("nothing has had a result yet")
            t.run("load data", "split tasks", "\x0cshow $_")
            self.assertRegex(t.text, r"test +60")
            t.run("\x0cshow $_2.users", "show [1, 2]")
            self.assertIn("\n600\n", t.text)
            self.assertIn("\n1, 2\n", t.text)

    def test_a_variable_alone_shows_its_value_and_export_writes_the_session(self):
        with tempfile.TemporaryDirectory() as folder, Terminal() as t:
            path = os.path.join(folder, "morning.html")
            t.run("load data", "split tasks", "\x0c$_1.users", f'export "{path}"')
            self.assertIn("\n600\n", t.text)
            t.wait("Wrote 3 cells")
            with open(path, encoding="utf-8") as file:
                self.assertTrue(file.read().startswith("<!DOCTYPE html>"))

    def test_what_an_included_file_takes_makes_stale(self):
        with tempfile.TemporaryDirectory() as folder, Terminal() as t:
            path = os.path.join(folder, "judge.mrs")
            with open(path, "w", encoding="utf-8") as file:
                file.write("let result = compare mf item-mean\n")
            t.run("load data", "split tasks", f'include "{path}"', "split tasks query=5")
            t.wait("Cell 3 is stale now: tasks changed by cell 4.")

    def test_lessons_are_found_from_anywhere(self):
        start = ["-c", "cd /; exec " + os.path.abspath(PROGRAM)]
        with Terminal(*start, program="/bin/sh") as t:
            t.run("lesson", "lesson 3")
            t.wait("Learning to learn: MAML · step 1 of 5")

    def test_edit_runs_what_the_editor_leaves(self):
        with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as editor:
            editor.write('#!/bin/sh\nsed -i s/11/33/ "$1"\n')
        os.chmod(editor.name, 0o755)
        with Terminal(env={"EDITOR": editor.name, "VISUAL": ""}) as t:
            t.run("set seed=11", "edit 1")
            t.wait("set seed=33")
        os.unlink(editor.name)

    def test_a_session_becomes_a_notebook_that_jupyter_can_read(self):
        with Terminal() as t:
            t.run("load data")
            path = os.path.join(t.folder.name, "out.ipynb")
            t.send(f'publish "{path}"\r')
            t.wait("Wrote 1 cell")
            with open(path, encoding="utf-8") as file:
                book = json.load(file)
            self.assertEqual(book["nbformat"], 4)
            # Whoever runs it may have another usual seed.
            self.assertEqual([cell["source"] for cell in book["cells"]], [["set seed=7"], ["load data"]])
            self.assertIn("text/html", book["cells"][1]["outputs"][0]["data"])
            self.assertEqual(jupyter.faults(path), [])


class Nothing_lost(unittest.TestCase):
    def test_a_killed_session_is_offered_and_brought_back(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as t:
                t.run("set seed=123", "load data", "split tasks")
                t.send("meta-train maml epochs=100000 patience=0\r")
                t.wait("ETA", TRAINING)
                t.signal(signal.SIGKILL)
                t.wait_end()
            with Terminal(state=state) as t:
                t.wait("recover")
                self.assertIn("3 statements", t.text)
                self.assertIn("this was running: meta-train maml", t.text)
                t.run("recover", "show")
                self.assertIn("seed=123", t.text)
                self.assertIn("600 users", t.text)
                t.send("quit\r")
                t.wait_end()
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                self.assertNotIn("recover", t.text)

    def test_killing_at_random_moments_loses_at_most_the_running_cell(self):
        moments = random.Random(5)
        for _ in range(int(os.environ.get("MRS_KILLS", "12"))):
            with tempfile.TemporaryDirectory() as state:
                with Terminal(state=state) as t:
                    t.wait_prompt(1)
                    for seed in range(1, 6):
                        t.send(f"set seed={seed}\r")
                    t.pump(moments.random() * 0.05)
                    t.signal(signal.SIGKILL)
                    t.wait_end()
                    shown = t.text.count("]>") - 1
                with Terminal(state=state) as t:
                    t.wait_prompt(1)
                    if shown > 0:
                        t.send("recover\r")
                        t.settle(0.3)
                        t.send("show\r")
                        t.wait("settings")
                        t.settle()
                        kept = int(t.text.rsplit("seed=", 1)[1].split()[0])
                        self.assertGreaterEqual(kept, shown, t.text)

    def test_killing_while_cells_of_every_kind_run_loses_at_most_that_cell(self):
        moments = random.Random(11)
        lines = [
            "load data", "split tasks", "meta-train maml steps=1 epochs=2", "adapt user 42", "topk 3",
            "let r = compare mf item-mean", "undo", "meta-train ridge epochs=1",
        ]
        for _ in range(max(1, int(os.environ.get("MRS_KILLS", "12")) // 3)):
            with tempfile.TemporaryDirectory() as state:
                with Terminal(state=state) as t:
                    t.wait_prompt(1)
                    for line in lines:
                        t.send(line + "\r")
                    t.pump(moments.random() * 3)
                    t.signal(signal.SIGKILL)
                    t.wait_end()
                    # Prompts that stand for cells that were done; `undo` takes one back and has none.
                    done = max(map(int, re.findall(r"mrs \[(\d+)\]>", t.text)), default=1) - 1
                with Terminal(state=state) as t:
                    t.wait_prompt(1)
                    found = re.search(r"brings back its (\w+) statement", t.text)
                    kept = 0 if not found else 1 if found[1] == "one" else int(found[1])
                    self.assertGreaterEqual(kept, done - (2 if done >= 6 else 0), t.text)

    def test_two_living_sessions_do_not_offer_each_other(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as a:
                a.run("load data")
                with Terminal(state=state) as b:
                    b.wait_prompt(1)
                    self.assertNotIn("recover", b.text)

    def stopped(self, t, option=""):
        """A training that Ctrl-C stopped after at least one epoch; the prompt is that of cell 3."""
        t.run("load data; split tasks")
        t.send(f"meta-train maml steps=1 epochs=100000 patience=0 {option}\r")
        t.wait("valid 0.", TRAINING)
        t.send("\x03")
        t.wait("Ctrl-C again drops this model")
        return t.wait_prompt(3)

    def test_ctrl_c_keeps_the_last_finished_epoch_marked_partial(self):
        with Terminal() as t:
            self.stopped(t)
            self.assertIn("the model is partial", t.text)
            t.send("history\r")
            t.wait("partial")
            t.settle()
            t.send("topk 3; adapt user 42\r")
            t.wait("E0402")
            t.send("adapt user 42; topk 3\r")
            t.wait("Top 3")

    def test_a_sweep_stopped_by_ctrl_c_is_partial_and_dropped_by_another(self):
        sweep = "meta-train maml steps=1..6 epochs=16 patience=0"
        with Terminal(rows=50) as t:
            t.run("load data; split tasks")
            t.send(sweep + "\r")
            t.wait("run 2 of 6", TRAINING)
            t.send("\x03")
            t.wait("Stopped with 1 of 6 runs")
            t.wait("Ctrl-C again drops this model")
            t.wait_prompt(3)
            t.run("history")
            self.assertRegex(t.text, r"2 +partial")
            t.send(sweep + "\r")
            t.wait("run 3 of 6", TRAINING)
            t.send("\x03")
            t.wait_prompt(4)
            t.send("\x03")
            t.wait("dropped: the session is as it was before cell 3")

    def test_recover_takes_the_results_that_are_there(self):
        with tempfile.TemporaryDirectory() as state:
            cache = {"XDG_CACHE_HOME": os.path.join(state, "cache")}
            with Terminal(rows=50, state=state, env=cache) as t:
                t.run("load data; split tasks", "meta-train maml steps=1 epochs=2", "set seed=9")
                # A time that is measured anew is another.
                said = re.search(r"Trained maml .*?;", t.text, re.S)[0]
                t.signal(signal.SIGKILL)
                t.wait_end()
            with Terminal(rows=50, state=state, env=cache) as t:
                t.run("recover")
                self.assertIn(said, t.text)
                t.run("show")
                t.wait("seed=9")

    def test_a_stopped_training_is_recovered_as_far_as_it_came(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(rows=60, state=state) as t:
                self.stopped(t)
                epochs = re.search(r"for\s+(\d+)\s+epochs?", t.text)[1]
                t.run(f'save session "{state}/before.mrs"')
                t.signal(signal.SIGKILL)
                t.wait_end()
            with Terminal(rows=60, state=state) as t:
                t.run("recover", f'save session "{state}/after.mrs"', "history")
                self.assertRegex(t.text, rf"partial .*meta-train maml .* stop-after={epochs}")
            scripts = [open(f"{state}/{name}.mrs", encoding="utf-8").read() for name in ("before", "after")]
            self.assertIn("#@ weights=", scripts[0])
            self.assertEqual(scripts[0], scripts[1])

    def test_a_recovery_that_was_stopped_goes_on(self):
        statements = ["load data", "split tasks", "meta-train maml epochs=100000 patience=0", "set seed=9"]
        with tempfile.TemporaryDirectory() as state:
            folder = os.path.join(state, "mrs", "sessions")
            os.makedirs(folder)
            with open(os.path.join(folder, "1-1.jsonl"), "w", encoding="utf-8") as file:
                file.write(json.dumps({"time": 1, "run": "x"}) + "\n")
                file.write(json.dumps({"keep": 0, "add": statements}) + "\n")
            with Terminal(state=state) as t:
                t.wait("brings back its 4 statements")
                for _ in range(2):
                    t.send("recover\r")
                    t.wait("ETA", TRAINING)
                    interrupt(t)
                    t.wait("2 statements are not brought back; `recover` goes on with them")
                    t.send("\x0c")
                    t.settle()
                t.send("quit\r")
                t.wait_end()
            # What was not brought back is still there.
            with Terminal(state=state) as t:
                t.wait("brings back its 4 statements")

    def test_a_second_ctrl_c_drops_the_model_and_redo_brings_it_back(self):
        with Terminal() as t:
            self.stopped(t)
            t.send("\x03")
            t.wait("dropped: the session is as it was before cell 2")
            t.wait_prompt(3)
            t.run("adapt user 42")
            t.wait("E0402")
            t.run("redo")
            t.send("adapt user 42\r")
            t.wait("support loss")

    def test_ctrl_c_on_a_line_begun_drops_that_line_alone(self):
        with Terminal() as t:
            self.stopped(t)
            t.send("topk")
            t.settle()
            t.send("\x03")
            t.wait("topk^C")
            t.settle()
            self.assertNotIn("dropped:", t.text)
            t.send("\x03")
            t.wait("dropped: the session is as it was before cell 2")

    def test_ctrl_c_after_something_was_typed_drops_only_the_line(self):
        with Terminal() as t:
            self.stopped(t)
            t.run("history")
            t.wait("partial")
            t.send("\x03")
            t.settle()
            self.assertNotIn("dropped:", t.text)
            t.send("adapt user 42\r")
            t.wait("support loss")

    def test_resume_goes_on_after_ctrl_c_and_after_a_kill(self):
        # Long enough that no machine has finished when the first epoch is seen to be over.
        train = "meta-train maml steps=1 epochs=60 patience=0"
        with tempfile.TemporaryDirectory() as folder:
            paths = {name: os.path.join(folder, name) for name in ["whole", "ctrl-c", "kill"]}

            def save(t, name, number):
                t.wait_prompt(number, TRAINING)
                t.send(f'save model "{paths[name]}.safetensors"\r')
                t.wait("Wrote", 30)

            def prepare(t):
                t.run("load data; split tasks")

            with Terminal() as t:
                prepare(t)
                t.send(train + "\r")
                save(t, "whole", 3)
            for name, end in (("ctrl-c", lambda t: t.send("\x03")), ("kill", lambda t: t.signal(signal.SIGKILL))):
                with Terminal() as t:
                    prepare(t)
                    t.send(f'{train} checkpoint="{paths[name]}.checkpoint"\r')
                    t.wait("valid 0.", TRAINING)
                    end(t)
                    if name == "kill":
                        t.wait_end()
                    else:
                        t.wait("goes on")
                with Terminal() as t:
                    prepare(t)
                    t.send(f'resume "{paths[name]}.checkpoint"\r')
                    t.wait("Went on after epoch", TRAINING)
                    save(t, name, 3)
            models = [open(path + ".safetensors", "rb").read() for path in paths.values()]
            self.assertEqual(models[0], models[1])
            self.assertEqual(models[0], models[2])

    def test_ctrl_c_stops_the_rest_of_the_queue(self):
        with Terminal() as t:
            t.run("load data; split tasks")
            t.send("meta-train maml epochs=100000 patience=0; set seed=999\r")
            t.wait("ETA", TRAINING)
            t.send("\x03")
            t.wait_prompt(3)
            t.run("show")
            self.assertNotIn("seed=999", t.text.rsplit("show", 1)[1])

    def test_a_disk_that_fills_up_while_the_journal_is_written_only_warns(self):
        with tempfile.TemporaryDirectory() as state:
            # Files may grow to 2 KB, as when a quota is reached.
            limited = ["-c", "ulimit -f 2; exec " + os.path.abspath(PROGRAM)]
            with Terminal(*limited, state=state, program="/bin/bash") as t:
                t.wait_prompt(1)
                for number in range(1, 8):
                    t.run(f"set seed={number} # " + "x" * 400)
                t.wait("this session is no longer written down")
                t.send("show\r")
                t.wait("seed=7")
                t.send("quit\r")
                self.assertEqual(t.wait_end(), 0)

    def test_damaged_history_and_journals_cost_only_their_damaged_lines(self):
        with tempfile.TemporaryDirectory() as state:
            folder = os.path.join(state, "mrs")
            os.makedirs(os.path.join(folder, "sessions"))
            noise = bytes(random.Random(1).randrange(256) for _ in range(5000))
            with open(os.path.join(folder, "history.jsonl"), "wb") as file:
                file.write(b'{"time":1,"text":"set seed=41"}\n' + noise + b'\n{"time":2,"te')
            with open(os.path.join(folder, "sessions", "1-1.jsonl"), "wb") as file:
                file.write(b'{"time":1,"run":"set seed=42"}\n{"keep":0,"add":["set seed=42"]}\n')
                file.write(noise + b'\n{"keep":1,"add":["set se')
            with Terminal(state=state) as t:
                t.wait("damaged in line 3")
                t.wait("back the 1 statement before")
                t.wait_prompt(1)
                t.send("\x1b[A")
                t.wait("set seed=41")
                t.run("\x15recover", "show")
                t.wait("seed=42")

    def test_two_sessions_recover_the_same_lost_one(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as t:
                t.run("set seed=77")
                t.signal(signal.SIGKILL)
                t.wait_end()
            with Terminal(state=state) as a, Terminal(state=state) as b:
                for t in (a, b):
                    t.wait("recover")
                    t.wait_prompt(1)
                for t in (a, b):
                    t.run("recover")
                    t.send("show\r")
                    t.wait("seed=77")

    def test_a_full_disk_only_warns(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with tempfile.TemporaryDirectory() as state:
            os.makedirs(os.path.join(state, "mrs"))
            os.symlink("/dev/full", os.path.join(state, "mrs", "history.jsonl"))
            with Terminal(state=state) as t:
                t.run("set seed=4")
                t.wait("history is not kept")


if __name__ == "__main__":
    unittest.main()
