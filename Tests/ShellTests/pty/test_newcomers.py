"""Claims about what newcomers type and see, held against the real program at a pseudo-terminal."""

import os
import signal
import subprocess
import tempfile
import time
import unittest

from terminal import PROGRAM, Terminal, obey_signals


class Fixes(unittest.TestCase):
    def test_one_key_takes_the_printed_fix(self):
        for key in ("\x1b[C", "\t"):
            with Terminal() as t:
                t.run("laod data")
                t.wait("fix: load data")
                t.wait("takes the fix")
                self.assertEqual(t.typed, "mrs [2]>")
                t.send(key)
                t.wait_until(lambda: t.typed == "mrs [2]> load data", "the fix in the line")
                t.send("\r")
                t.wait("Loaded sample")

    def test_the_fix_is_offered_until_something_else_is_typed(self):
        with Terminal() as t:
            t.run("laod data")
            t.wait_until(lambda: t.line == "mrs [2]> load data", "the offer")
            t.run("show")
            self.assertEqual(t.line, "mrs [3]>")
            self.assertEqual(t.text.count("takes the fix"), 1)

    def test_fix_runs_it_without_editing(self):
        with Terminal("--plain", env={"TERM": "dumb"}) as t:
            t.wait("mrs [1]>")
            t.send("laod data\r")
            t.wait("`fix` runs the fix")
            t.send("fix\r")
            t.wait("Loaded sample")


class Words(unittest.TestCase):
    def test_clear_wipes_the_screen(self):
        for word in ("clear", "cls"):
            with Terminal() as t:
                t.run("show", word)
                self.assertNotIn("network", t.text)
                self.assertEqual(t.screen.cursor.y, 0)

    def test_exit_leaves(self):
        for word in ("exit", "quit()", "q"):
            with Terminal() as t:
                t.wait_prompt(1)
                t.send(word + "\r")
                self.assertEqual(t.wait_end(), 0)

    def test_values_are_shown(self):
        with Terminal(env={"NO_COLOR": "1"}) as t:
            t.run("let k = 4", "k", "2+3", "$k * 2", "$_ + 1")
            self.assertRegex(t.text, r"mrs \[2\]> k\n4\nmrs \[3\]> 2\+3\n5\nmrs \[4\]> \$k \* 2\n8\n")
            self.assertRegex(t.text, r"mrs \[5\]> \$_ \+ 1\n9\n")

    def test_messages_wrap_between_words(self):
        with Terminal(columns=50) as t:
            t.run("adapt user 42")
            lines = t.text.split("\n")
            for line in lines:
                self.assertLessEqual(len(line), 50)
            whole = " ".join(" ".join(lines).split())
            self.assertIn("help: given by: load, attach, stream, clean, binarize, weigh", whole)


class Looking(unittest.TestCase):
    def test_redo_works_after_looking_around(self):
        with Terminal() as t:
            t.run("set seed=7", "load data", "split tasks", "undo", "show", "help split", "history", "describe")
            t.run("redo")
            t.wait("The session is as it was after cell 3.")


class Lessons(unittest.TestCase):
    def lesson(self, state):
        return Terminal(state=state, rows=50)

    def test_a_lesson_says_what_is_wrong_and_goes_on_where_it_was_left(self):
        with tempfile.TemporaryDirectory() as state:
            with self.lesson(state) as t:
                t.run("lesson 2")
                t.wait("step 1 of")
                t.run("load data")
                t.wait("step 2 of")
                t.run("split tasks query=7")
                t.wait("`query=7` is another value")
                t.run("split tasks support=4")
                t.wait("Not yet")
                t.send("quit\r")
                t.wait_end()
            with self.lesson(state) as t:
                t.run("lesson")
                t.wait("1 done")
                t.run("lesson 2")
                t.wait("Loaded sample")
                t.wait("step 2 of")
                t.run("lesson 2 anew")
                t.wait("step 1 of")


class Interrupting(unittest.TestCase):
    def test_a_script_tells_one_story(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "long.mrs")
            with open(path, "w", encoding="ascii") as file:
                file.write("mrs 1\nset seed=7\nload data\nsplit tasks\n"
                           "meta-train maml steps=5 epochs=100000 patience=0\nsave model \"m.safetensors\"\n")
            child = subprocess.Popen([PROGRAM, "run", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     preexec_fn=obey_signals, text=True)
            time.sleep(3)
            child.send_signal(signal.SIGINT)
            said, told = child.communicate(timeout=60)
            self.assertEqual(child.returncode, 130)
            self.assertIn("interrupted at line 5, `meta-train maml", told)
            self.assertIn("neither it nor what follows has done or saved anything", told)
            self.assertNotIn("Trained", said)
            self.assertNotIn("session is as it was", told)
            self.assertEqual(os.listdir(folder), ["long.mrs"])


if __name__ == "__main__":
    unittest.main()
