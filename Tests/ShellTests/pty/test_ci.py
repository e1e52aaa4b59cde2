"""Claims about continuous integration: the reports of the real program, and the action of examples/ci run in a shell."""

import json
import os
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

from terminal import PROGRAM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FOLDER = os.path.join(ROOT, "examples", "ci")
SCRIPTS = {
    "good.mrs": "mrs 1\nset seed=7\nload data\nlet k = 3\nexpect $k > 1\n",
    "loop.mrs": "mrs 1\nset seed=7\nfor limit in [5, 1] { let k = 3; expect $k < $limit }\n",
    "recorded.mrs": "mrs 1\nset seed=7\nload data\n#> Loaded nothing\n",
    "deep/more.mrs": "mrs 1\nlet k = 3\nexpect $k == 3\n",
}


class Integration(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-ci-")
        self.addCleanup(self.folder.cleanup)
        for name, text in SCRIPTS.items():
            path = os.path.join(self.folder.name, "scripts", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    def run_in(self, *words, **env):
        environment = {k: v for k, v in os.environ.items() if k not in ("CI", "GITHUB_ACTIONS")}
        environment.update(env, HOME=self.folder.name)
        return subprocess.run(words, cwd=self.folder.name, env=environment, capture_output=True, text=True)

    def path(self, *names):
        return os.path.join(self.folder.name, *names)

    def test_annotations_are_printed_where_github_reads_them(self):
        words = (PROGRAM, "test", "--no-cache", "scripts")
        quiet = self.run_in(*words, CI="true")
        self.assertNotIn("::error", quiet.stdout)
        for told in (self.run_in(*words, CI="true", GITHUB_ACTIONS="true"),
                     self.run_in(*words, "--annotate=github", CI="true")):
            self.assertEqual(told.returncode, 1)
            lines = [line for line in told.stdout.splitlines() if line.startswith("::")]
            self.assertEqual(len(lines), 2)
            self.assertRegex(lines[0], r"^::error file=scripts/loop.mrs,line=3,col=\d+,title=expect \$k < \$limit::"
                             r".*3 < 1 does not hold; where \$k is 3, \$limit is 1$")
            self.assertRegex(lines[1], r"^::error file=scripts/recorded.mrs,line=4,title=output of load data::recorded")
        none = self.run_in(*words, "--annotate=none", CI="true", GITHUB_ACTIONS="true")
        self.assertNotIn("::error", none.stdout)
        self.assertEqual(self.run_in(*words, "--annotate=gitlab").returncode, 64)

    def test_the_action_leaves_reports_and_the_parts_are_the_whole(self):
        names = []
        for part in (1, 2):
            done = self.run_in("bash", os.path.join(FOLDER, "test.sh"), MRS=os.path.abspath(PROGRAM),
                               MRS_PATHS="scripts", MRS_SHARD=f"{part}/2", MRS_REPORTS="reports", CI="true",
                               GITHUB_ACTIONS="true", GITHUB_OUTPUT=self.path("output"))
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            report = xml.parse(self.path("reports", f"junit-{part}-of-2.xml")).getroot()
            names += [suite.get("name") for suite in report]
            for case in report.iter("testcase"):
                self.assertTrue(os.path.isfile(self.path(case.get("file"))))
                self.assertGreaterEqual(int(case.get("line")), 1)
            with open(self.path("reports", f"tests-{part}-of-2.tap"), encoding="utf-8") as file:
                lines = file.read().splitlines()
            self.assertEqual(lines[0], "TAP version 14")
            count = int(re.fullmatch(r"1\.\.(\d+)", lines[1])[1])
            self.assertEqual(sum(bool(re.match(r"(not )?ok \d+ - ", line)) for line in lines), count)
        self.assertEqual(sorted(names), sorted("scripts/" + name for name in SCRIPTS))
        with open(self.path("reports", "check.sarif"), encoding="utf-8") as file:
            sarif = json.load(file)
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertEqual(sarif["runs"][0]["tool"]["driver"]["name"], "mrs")
        with open(self.path("output"), encoding="utf-8") as file:
            self.assertIn("junit=reports/junit-1-of-2.xml", file.read())

    def test_the_action_does_as_it_is_written(self):
        # What a runner makes of action.yml: its inputs as variables, and its line in a shell.
        with open(os.path.join(FOLDER, "action.yml"), encoding="utf-8") as file:
            action = file.read()
        usual = dict(re.findall(r"^  (\w+):\n    description: .*\n    required: false\n    default: (.*)$", action, re.M))
        given = {**usual, "paths": "scripts/good.mrs\nscripts/deep", "program": os.path.abspath(PROGRAM)}
        step = re.search(r"shell: bash\n      env:\n((?:        .*\n)+)      run: (.*)\n", action)
        env = {name: given[value] for name, value in re.findall(r"(\w+): \$\{\{ inputs\.(\w+) \}\}", step[1])}
        self.assertEqual(len(env), step[1].count("\n"))
        done = self.run_in("bash", "-e", "-o", "pipefail", "-c", step[2], **env, CI="true", GITHUB_ACTIONS="true",
                           GITHUB_ACTION_PATH=FOLDER, GITHUB_OUTPUT=self.path("output"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(self.path("output"), encoding="utf-8") as file:
            told = dict(line.split("=", 1) for line in file.read().splitlines())
        for name in re.findall(r"steps\.run\.outputs\.(\w+)", action):
            self.assertTrue(os.path.isfile(self.path(told[name])), name)

    def test_a_fault_of_the_check_ends_the_action_with_its_status(self):
        with open(self.path("scripts", "bad.mrs"), "w", encoding="ascii") as file:
            file.write("mrs 1\nlaod data\n")
        done = self.run_in("bash", os.path.join(FOLDER, "test.sh"), MRS=os.path.abspath(PROGRAM),
                           MRS_PATHS="scripts/bad.mrs", GITHUB_ACTIONS="true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("::error file=scripts/bad.mrs,line=2,col=1,title=E0201::there is no command `laod`", done.stdout)

    def test_the_action_names_what_it_uses(self):
        with open(os.path.join(FOLDER, "action.yml"), encoding="utf-8") as file:
            action = file.read()
        declared = set(re.findall(r"^  (\w+):\n    description", action, re.M))
        self.assertEqual(set(re.findall(r"inputs\.(\w+)", action)), declared - {"junit", "sarif"})
        with open(os.path.join(FOLDER, "workflow.yml"), encoding="utf-8") as file:
            self.assertIn("uses: ./examples/ci", file.read())


if __name__ == "__main__":
    unittest.main()
