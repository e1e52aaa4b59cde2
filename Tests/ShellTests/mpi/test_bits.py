"""Any number of ranks, on any number of threads, gives the bits of one process."""

import os
import unittest

import ranks


class Bits(unittest.TestCase):
    def setUp(self):
        where = ranks.folder("alone")
        script = ranks.write(os.path.join(where, "script.mrs"), ranks.EVERYTHING)
        self.output, errors, status = ranks.alone(script, where)
        self.assertEqual(status, 0, errors)
        self.files = self.models(where)

    def models(self, where):
        return [ranks.contents(os.path.join(where, name + ".safetensors")) for name in ("ratings", "clicks")]

    def test_any_number_of_ranks_and_threads(self):
        for count, threads in [(1, 2), (2, 1), (2, 3), (3, 2), (4, 1), (7, 1)]:
            with self.subTest(ranks=count, threads=threads):
                where = ranks.folder(f"ranks-{count}-{threads}")
                script = ranks.write(os.path.join(where, "script.mrs"), ranks.EVERYTHING)
                output, errors, status = ranks.run(count, script, where, f"threads={threads}")
                self.assertEqual((status, errors), (0, ""))
                self.assertEqual(output, self.output)
                self.assertEqual(self.models(where), self.files)


class Sharing(unittest.TestCase):
    def test_fewer_tasks_than_ranks(self):
        rows = ["user,item,rating"] + [
            f"{user},{item},{1 + (user * item + item) % 5}" for user in range(5) for item in range(12)]
        text = """mrs 1
            set seed=7
            load csv "ratings.csv"
            split tasks support=6 query=rest valid=1 test=1
            meta-train maml epochs=3 steps=1
            evaluate mae
            """
        outputs = []
        for count in (1, 7):
            where = ranks.folder(f"few-{count}")
            ranks.write(os.path.join(where, "ratings.csv"), "\n".join(rows) + "\n")
            script = ranks.write(os.path.join(where, "script.mrs"), text)
            output, errors, status = ranks.run(count, script, where)
            self.assertEqual(status, 0, errors)
            outputs.append(output)
        self.assertEqual(outputs[0], outputs[1])

    def test_rank_0_alone_prints_and_writes(self):
        where = ranks.folder("prints")
        script = ranks.write(
            os.path.join(where, "script.mrs"), 'mrs 1\nload data\nshow "once"\nsplit tasks\n')
        output, errors, status = ranks.run(3, script, where, "--publish", "page.html")
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(output.count("once"), 1)
        self.assertIn("page.html", os.listdir(where))

    def test_a_script_from_standard_input_is_for_all(self):
        import subprocess

        where = ranks.folder("input")
        done = subprocess.run(
            [*ranks.launcher(2), ranks.PROGRAM, "run", "-"], input="mrs 1\nlet x = 6 * 7\nshow $x\n", text=True,
            capture_output=True, cwd=where, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "42\n", ""))

    def test_a_failure_of_the_script_is_said_once_and_by_the_status(self):
        for text, expected in [("mrs 1\nlaod data\n", 2), ('mrs 1\nload csv "nowhere.csv"\n', 2), ("mrs 1\nexpect 1 == 2\n", 1)]:
            where = ranks.folder("fails")
            script = ranks.write(os.path.join(where, "script.mrs"), text)
            _, alone, status = ranks.alone(script, where)
            self.assertEqual(status, expected)
            _, errors, status = ranks.run(3, script, where, seconds=60)
            self.assertEqual((status, errors), (expected, alone))
