"""Parquet files, which DuckDB's command reads: through a stand-in of it that says what it was given, and through the
real one where it is there."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from terminal import PROGRAM
from test_commands import CommandTest

ROWS = "user,item,rating\n" + "".join(f"{user},{item},{1 + user * item % 5}\n" for user in range(8) for item in range(9))
LOADING = 'load csv "r.parquet"\n'


class ParquetTest(CommandTest):
    def setUp(self):
        super().setUp()
        with open(self.path("r.parquet"), "wb") as file:
            file.write(b"PAR1" + b"\0" * 20 + b"PAR1")
        self.write("a.mrs", LOADING)
        os.mkdir(self.path("bin"))

    def duckdb(self, text):
        """A stand-in for the program."""
        self.write("bin/duckdb", "#!/bin/sh\n" + text)
        os.chmod(self.path("bin/duckdb"), 0o755)

    def run_with(self, *words):
        return self.mrs("run", *words, "a.mrs", PATH=self.path("bin") + ":/usr/bin:/bin")

    def test_the_table_is_read(self):
        self.write("rows.csv", ROWS)
        self.duckdb('cat "$(dirname "$0")/../rows.csv"; wc -c < /dev/stdin > "$(dirname "$0")/seen"; '
                    'printf %s "$4" > "$(dirname "$0")/asked"\n')
        done = self.run_with("--programs")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("72 ratings of 9 items by 8 users", done.stdout)
        self.assertEqual(self.read("bin/seen").strip(), "28")
        self.assertIn("read_parquet('/dev/stdin')", self.read("bin/asked"))
        self.assertEqual([name for name in os.listdir(self.folder.name) if name.startswith("mrs-")], [])

    def test_scripts_run_no_program_unless_told(self):
        self.duckdb('touch "$(dirname "$0")/ran"\n')
        refused = self.run_with()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("E0506", refused.stderr)
        self.assertIn("--programs", refused.stderr)
        self.assertFalse(os.path.exists(self.path("bin/ran")))

    def test_without_the_program_it_is_said_where_to_get_it(self):
        done = self.mrs("run", "--programs", "a.mrs", PATH=self.path("bin"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("E0519", done.stderr)
        self.assertIn("pip install duckdb-cli", done.stderr)

    def test_what_it_says_is_passed_on(self):
        self.duckdb("echo 'Invalid Error: no metadata' >&2; exit 1\n")
        done = self.run_with("--programs")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("duckdb could not read `r.parquet`: Invalid Error: no metadata", done.stderr)
        self.duckdb("kill -9 $$\n")
        self.assertIn("it was ended by signal 9", self.run_with("--programs").stderr)

    def test_an_interrupt_ends_it(self):
        self.duckdb('echo $$ > "$(dirname "$0")/child"; exec sleep 100\n')
        program = subprocess.Popen(
            [os.path.abspath(PROGRAM), "run", "--programs", "a.mrs"], cwd=self.folder.name,
            env=dict(os.environ, HOME=self.folder.name, PATH=self.path("bin") + ":/usr/bin:/bin"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        end = time.monotonic() + 60
        while not os.path.exists(self.path("bin/child")) or not self.read("bin/child"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
        self.assertNotEqual(program.returncode, 0)
        child = int(self.read("bin/child"))
        with self.assertRaises(ProcessLookupError):
            os.kill(child, 0)

    @unittest.skipUnless(shutil.which("duckdb"), "needs the program duckdb: pip install duckdb-cli")
    def test_the_real_program_reads_it(self):
        self.write("rows.csv", ROWS)
        subprocess.run(
            ["duckdb", "-c", f"COPY (FROM '{self.path('rows.csv')}') TO '{self.path('r.parquet')}' (FORMAT parquet)"],
            check=True, capture_output=True)
        done = self.mrs("run", "--programs", "a.mrs")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("72 ratings of 9 items by 8 users", done.stdout)


if __name__ == "__main__":
    unittest.main()
