"""Claims about which loops compute, held against the real program."""

from test_commands import PASSING, CommandTest


class KernelsTest(CommandTest):
    """Which loops compute can be chosen, and is said."""

    def kernels(self, *arguments, **environment):
        script = self.write("a.mrs", "show machine\n")
        done = self.mrs("run", script, *arguments, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        row = next(line for line in done.stdout.splitlines() if line.startswith("kernels"))
        used, there = row.removeprefix("kernels").strip().split(", of ")
        return used, there.split(", ")

    def test_each_that_the_machine_has_can_be_asked_for(self):
        best, names = self.kernels(MRS_KERNELS="")
        self.assertEqual(best, names[0])
        for name in names:
            other = names[0] if name != names[0] else names[-1]
            self.assertEqual(self.kernels(MRS_KERNELS=name)[0], name)
            self.assertEqual(self.kernels("--kernels", name, MRS_KERNELS=other)[0], name)
            said = self.mrs("--version", MRS_KERNELS=name).stdout
            self.assertEqual(said.splitlines()[-1], f"kernels: {name}, of {', '.join(names)}")

    def test_any_other_is_wrong_usage_and_the_list_is_said(self):
        names = self.kernels()[1]
        script = self.write("a.mrs", PASSING)
        calls = [
            self.mrs(command, script, "--kernels", "sse9")
            for command in ["run", "test", "plan"]
        ]
        calls.append(self.mrs("--kernels", "sse9"))
        calls += [self.mrs(*words, MRS_KERNELS="sse9") for words in [["run", script], ["--version"]]]
        for done in calls:
            self.assertEqual(done.returncode, 64, done.args)
            self.assertIn("`sse9`", done.stderr)
            self.assertIn(", ".join(names), done.stderr)

    def test_replays_in_processes_of_their_own_compute_with_the_same(self):
        names = self.kernels()[1]
        script = self.write("b.mrs", "show machine\n")
        self.assertEqual(self.mrs("test", "--record", "--kernels", names[-1], script).returncode, 0)
        self.assertIn(f"{names[-1]}, of", self.read("b.mrs"))
