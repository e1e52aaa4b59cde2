"""Claims about cells and about nothing being lost, held against the real program."""

import json
import os
import random
import signal
import tempfile
import time
import unittest

from terminal import Terminal, interrupt


class Cells(unittest.TestCase):
    def test_undo_brings_the_state_and_not_the_number_back(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("set seed=11\r")
            t.wait_prompt(2)
            t.send("set seed=22\r")
            t.wait_prompt(3)
            t.send("undo\r")
            t.wait("after cell 1")
            t.wait_prompt(3)
            t.send("show\r")
            t.wait("seed=11")

    def test_rerun_shows_what_it_runs_with_the_new_option(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("load data\r")
            t.wait_prompt(2)
            t.send("split tasks query=5\r")
            t.wait_prompt(3)
            t.send("rerun 2 query=7\r")
            t.wait("split tasks query=7")
            t.wait_prompt(4)
            self.assertIn("query=7", t.text)

    def test_edit_runs_what_the_editor_leaves(self):
        with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as editor:
            editor.write('#!/bin/sh\nsed -i s/11/33/ "$1"\n')
        os.chmod(editor.name, 0o755)
        with Terminal(env={"EDITOR": editor.name, "VISUAL": ""}) as t:
            t.wait_prompt(1)
            t.send("set seed=11\r")
            t.wait_prompt(2)
            t.send("edit 1\r")
            t.wait("set seed=33")
            t.wait_prompt(3)
        os.unlink(editor.name)

    def test_a_session_becomes_a_notebook_that_jupyter_can_read(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("load data\r")
            t.wait_prompt(2)
            path = os.path.join(t.folder.name, "out.ipynb")
            t.send(f'publish "{path}"\r')
            t.wait("Wrote 1 cell")
            with open(path, encoding="utf-8") as file:
                book = json.load(file)
            self.assertEqual(book["nbformat"], 4)
            self.assertEqual(book["cells"][0]["source"], ["load data"])
            self.assertIn("text/html", book["cells"][0]["outputs"][0]["data"])


class Nothing_lost(unittest.TestCase):
    def test_a_killed_session_is_offered_and_brought_back(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                t.send("set seed=123\r")
                t.wait_prompt(2)
                t.send("load data\r")
                t.wait_prompt(3)
                t.send("split tasks\r")
                t.wait_prompt(4)
                t.send("meta-train maml epochs=100000 patience=0\r")
                t.wait("ETA", 60)
                t.signal(signal.SIGKILL)
                t.wait_end()
            with Terminal(state=state) as t:
                t.wait("recover")
                self.assertIn("3 statements", t.text)
                self.assertIn("this was running: meta-train maml", t.text)
                t.send("recover\r")
                t.wait_prompt(4)
                t.send("show\r")
                t.wait_prompt(5)
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

    def test_two_living_sessions_do_not_offer_each_other(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as a:
                a.wait_prompt(1)
                a.send("load data\r")
                a.wait_prompt(2)
                with Terminal(state=state) as b:
                    b.wait_prompt(1)
                    self.assertNotIn("recover", b.text)

    def test_ctrl_c_stops_the_rest_of_the_queue(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("load data; split tasks\r")
            t.wait_prompt(2)
            t.send("meta-train maml epochs=100000 patience=0; set seed=999\r")
            t.wait("ETA", 60)
            t.send("\x03")
            t.wait_prompt(3)
            t.send("show\r")
            t.wait_prompt(4)
            self.assertNotIn("seed=999", t.text.rsplit("show", 1)[1])

    def test_a_full_disk_only_warns(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with tempfile.TemporaryDirectory() as state:
            os.makedirs(os.path.join(state, "mrs"))
            os.symlink("/dev/full", os.path.join(state, "mrs", "history.jsonl"))
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                t.send("set seed=4\r")
                t.wait("history is not kept")
                t.wait_prompt(2)


if __name__ == "__main__":
    unittest.main()
