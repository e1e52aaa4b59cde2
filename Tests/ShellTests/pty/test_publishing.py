"""Claims about documents of runs, held against the real program."""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

import jupyter
from terminal import PROGRAM


class Publishing(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-publish-")
        self.script = os.path.join(self.folder.name, "s.mrs")

    def tearDown(self):
        self.folder.cleanup()

    def run_script(self, text, name, *more):
        with open(self.script, "w", encoding="utf-8") as file:
            file.write(text)
        path = os.path.join(self.folder.name, name)
        ran = subprocess.run(
            [PROGRAM, "run", self.script, "--publish", path, *more], capture_output=True, text=True, timeout=60)
        document = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                document = file.read()
        return ran, document, path

    def test_every_ending_holds_script_and_results(self):
        text = "## # A run\n\nparam k: number = 3\nload data\n\nsplit tasks query=5\n#> old\n\nevaluate mae\n"
        for ending in ("html", "md", "ipynb", "tex"):
            ran, document, path = self.run_script(text, "out." + ending, "k=7")
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn("item-mean", ran.stdout)
            document = re.sub("<[^>]*>", "", document) if ending == "html" else document
            for part in ("A run", "split tasks query=5", "item-mean", "Given to this run: k=7"):
                self.assertIn(part, document, ending)
            self.assertNotIn("#> old", document)
        self.assertIn("\\toprule", document)
        _, _, path = self.run_script(text, "out.ipynb")
        self.assertEqual(jupyter.faults(path), [])

    def test_a_document_ends_where_the_run_does(self):
        for text, status, part in (
            ("load data\n\nsplit tasks query=9000\n\nset seed=77\n", 3, "E0520"),
            ("load data\n\ntpok 3\n\nset seed=77\n", 2, "E0201"),
            ("load data\n\nexpect 1 > 2\n\nset seed=77\n", 1, "E0701"),
        ):
            for ending in ("html", "md", "ipynb", "tex"):
                ran, document, path = self.run_script(text, "out." + ending)
                self.assertEqual(ran.returncode, status, ran.stderr)
                self.assertIn(part, document)
                self.assertNotIn("seed=77", document)
                if ending == "ipynb":
                    self.assertEqual(jupyter.faults(path), [])

    def test_what_takes_too_long_leaves_a_document(self):
        text = "load data\n\nsplit tasks\n\nmeta-train maml epochs=5000 patience=5000\n\nset seed=77\n"
        ran, document, _ = self.run_script(text, "out.md", "--timeout", "3s")
        self.assertEqual(ran.returncode, 124, ran.stderr)
        self.assertIn("Loaded sample", document)
        self.assertIn("The run ended here: took longer than", document)
        self.assertNotIn("seed=77", document)

    def stopped(self, path, seconds):
        with open(self.script, "w", encoding="utf-8") as file:
            file.write("load data\n\nsplit tasks\n\nmeta-train maml epochs=5000 patience=5000\n\nset seed=77\n")
        process = subprocess.Popen([PROGRAM, "run", self.script, "--publish", path], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        for line in process.stdout:
            if line.startswith("test "):
                break
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)
        with open(path, encoding="utf-8") as file:
            return re.sub("<[^>]*>", " ", file.read())

    def test_a_stopped_training_is_marked(self):
        for ending in ("html", "svg"):
            # Before its first epoch has ended, nothing is there to be partial.
            for seconds in (2, 10, 40):
                document = self.stopped(os.path.join(self.folder.name, "out." + ending), seconds)
                self.assertIn("The run ended here: interrupted", document, ending)
                self.assertNotIn("seed=77", document)
                if "Stopped early" in document:
                    break
            self.assertIn("Stopped early: the model is partial", document, ending)

    def test_a_picture_is_the_same_each_time(self):
        text = "load data\n\nsplit tasks\n\nmeta-train ridge epochs=2\n"
        _, first, path = self.run_script(text, "a.svg", "--deterministic")
        _, second, _ = self.run_script(text, "b.svg", "--deterministic")
        self.assertEqual(first, second)
        xml.etree.ElementTree.parse(path)

    def test_where_no_document_can_be_nothing_runs(self):
        ran, document, _ = self.run_script("load data\n", "out.doc")
        self.assertEqual((ran.returncode, document), (64, None))
        ran, document, _ = self.run_script("load data\n", "missing/out.md")
        self.assertNotEqual(ran.returncode, 0)
        self.assertEqual(ran.stdout, "")
