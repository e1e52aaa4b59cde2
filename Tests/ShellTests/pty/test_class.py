"""Claims about sessions that others follow, held against two real programs at two terminals."""

import os
import tempfile
import unittest

from terminal import Terminal


class Sharing(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-class-")
        self.path = os.path.join(self.folder.name, "class.jsonl")

    def tearDown(self):
        self.folder.cleanup()

    def test_cells_of_a_teacher_appear_and_are_pulled(self):
        with Terminal("--follow", self.path) as pupil, Terminal("--share", self.path) as teacher:
            pupil.wait_prompt(1)
            teacher.wait_prompt(1)
            # The pupil is in the middle of a line when the first cell comes.
            pupil.send("set se")
            teacher.run("load data")
            pupil.wait("shared [1], `pull 1` takes it:")
            pupil.wait("Loaded sample")
            self.assertIn("load data", pupil.text)
            pupil.settle()
            self.assertEqual(pupil.line[:19], "mrs [1]> set se" + pupil.line[15:19])
            pupil.run("ed=11")
            teacher.run("split tasks query=7")
            pupil.wait("shared [2]")
            pupil.run("pull 1..2")
            pupil.send("show\r")
            pupil.wait("seed=11")
            pupil.wait("query=7")
            pupil.wait_prompt(5)
            # The newest one, a second time.
            pupil.run("pull")
            pupil.send("pull 9\r")
            pupil.wait("no such cell; the newest is 2")

    def test_failed_cells_are_not_shared_and_a_late_pupil_sees_all_others(self):
        with Terminal("--share", self.path) as teacher:
            teacher.run("split tasks", "let x = 5")
            with Terminal("--follow", self.path) as pupil:
                pupil.wait("shared [2]")
                self.assertNotIn("shared [1]", pupil.text)

    def test_nothing_to_follow_is_said_and_a_folder_cannot_be_shared(self):
        with Terminal("--follow", self.path) as pupil:
            pupil.wait_prompt(1)
            pupil.send("pull\r")
            pupil.wait("no such cell; it has none yet")
        with Terminal() as alone:
            alone.wait_prompt(1)
            alone.send("pull 1\r")
            alone.wait("no session is followed")
        with Terminal("--share", self.folder.name) as teacher:
            teacher.wait("is a folder")
            self.assertEqual(teacher.wait_end(), 64)

    def test_damaged_lines_of_the_file_are_passed_over(self):
        with open(self.path, "w") as file:
            file.write('{"cell": 1}\nnonsense\n{"cell": 2, "text": "show \\u001b[31m"}\n{"cell": 3')
        with Terminal("--follow", self.path) as pupil:
            pupil.wait("shared [2]")
            self.assertNotIn("shared [3]", pupil.text)
            self.assertNotIn(b"\x1b[31m", pupil.output)
            self.assertIn("line 1 is damaged", pupil.text)
            pupil.run("pull 2")
            self.assertNotIn(b"\x1b[31m", pupil.output)

    def test_a_cell_of_fifty_megabytes_is_bounded(self):
        with open(self.path, "w") as file:
            file.write('{"cell": 1, "text": "# %s"}\n' % ("x" * 50_000_000))
            file.write('{"cell": 2, "text": "set seed=5 # %s"}\n' % ("y" * 5_000_000))
        with Terminal("--follow", self.path) as pupil:
            pupil.wait_prompt(1)
            pupil.wait("line 1 is too long to be a cell")
            pupil.run("pull 2", "show")
            pupil.wait("seed=5")
            self.assertLess(len(pupil.output), 200_000)


if __name__ == "__main__":
    unittest.main()
