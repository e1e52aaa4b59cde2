"""What goes wrong with ranks: one message, a status that is not 0, no process that stays, whole files."""

import os
import re
import shutil
import signal
import subprocess
import time
import unittest

import ranks

# Long enough to be in its middle whenever something happens to it.
LONG = ranks.TRAINING.format(epochs=4000)
SHORT = ranks.TRAINING.format(epochs=60)


class Losses(unittest.TestCase):
    def begin(self, name, count=3):
        """A run with its ranks, once it has written checkpoints."""
        self.where = ranks.folder(name)
        script = ranks.write(os.path.join(self.where, "script.mrs"), LONG)
        process = ranks.start([*ranks.launcher(count), ranks.PROGRAM, "run", script], self.where)
        checkpoint = os.path.join(self.where, "training.checkpoint")
        ranks.wait_for(lambda: os.path.exists(checkpoint) or process.poll() is not None, "a checkpoint")
        self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else "")
        time.sleep(1)
        return process, ranks.ranks_of(process.pid)

    def finish(self, process, own, status):
        begin = time.monotonic()
        _, errors, found = ranks.ended(process, ranks.DEADLINE)
        self.assertLess(time.monotonic() - begin, ranks.DEADLINE)
        self.assertEqual(found, status, errors)
        self.assertEqual(errors.count("error["), 1, errors)
        ranks.wait_for(lambda: not ranks.left_over(own.values()), "the end of all ranks", 10)
        return errors

    def test_a_killed_rank_ends_all(self):
        process, own = self.begin("killed")
        self.assertEqual(sorted(own), [0, 1, 2])
        os.kill(own[1], signal.SIGKILL)
        self.finish(process, own, 128 + signal.SIGKILL)

    def test_a_held_rank_ends_all(self):
        process, own = self.begin("held")
        os.kill(own[2], signal.SIGSTOP)
        errors = self.finish(process, own, 3)
        self.assertIn("rank 2 on ", errors)

    def test_a_held_rank_0_ends_all(self):
        process, own = self.begin("held-first")
        os.kill(own[0], signal.SIGSTOP)
        errors = self.finish(process, own, 3)
        self.assertIn("rank 0 on ", errors)

    def test_a_stopped_launcher_ends_all(self):
        process, own = self.begin("stopped")
        process.send_signal(signal.SIGTERM)
        _, errors, status = ranks.ended(process, ranks.DEADLINE)
        self.assertNotEqual(status, 0)
        self.assertLessEqual(errors.count("error["), 1, errors)
        ranks.wait_for(lambda: not ranks.left_over(own.values()), "the end of all ranks", 10)


class BadInput(unittest.TestCase):
    def refused(self, words, where, status, *texts):
        _, errors, found = ranks.ended(ranks.start(words, where), ranks.DEADLINE)
        self.assertEqual(found, status, errors)
        self.assertEqual(errors.count("error"), 1, errors)
        for text in texts:
            self.assertIn(text, errors)

    def two(self, first, second):
        """The words that start two ranks of one run with different words."""
        return ["mpirun", "-q", "--oversubscribe", "-np", "1", *first, ":", "-np", "1", *second]

    def test_without_the_library_there_is_a_sentence(self):
        where = ranks.folder("library")
        script = ranks.write(os.path.join(where, "script.mrs"), "mrs 1\nshow 1\n")
        words = ranks.launcher(2, "-x", "MRS_MPI_LIBRARY=/nowhere/libmpi.so")
        self.refused(
            [*words, ranks.PROGRAM, "run", script], where, 64, "/nowhere/libmpi.so cannot be loaded",
            "apt-get install openmpi-bin")

    def test_another_library_is_refused(self):
        where = ranks.folder("other-library")
        script = ranks.write(os.path.join(where, "script.mrs"), "mrs 1\nshow 1\n")
        words = ranks.launcher(2, "-x", "MRS_MPI_LIBRARY=libm.so.6")
        self.refused([*words, ranks.PROGRAM, "run", script], where, 64, "is not Open MPI's")

    def test_different_words_are_refused(self):
        where = ranks.folder("words")
        script = ranks.write(os.path.join(where, "script.mrs"), "mrs 1\nparam x = 1\nshow $x\n")
        run = [ranks.PROGRAM, "run", script]
        self.refused(self.two([*run, "x=1"], [*run, "x=2"]), where, 64, "E0903", "x=1", "x=2")

    def test_different_builds_are_refused(self):
        where = ranks.folder("builds")
        script = ranks.write(os.path.join(where, "script.mrs"), "mrs 1\nshow 1\n")
        said = subprocess.run([ranks.PROGRAM, "--version"], capture_output=True, text=True).stdout
        commit = re.search("^commit: ([0-9a-f]{12})", said, re.MULTILINE)
        program = ranks.contents(ranks.PROGRAM)
        # A build of another commit, or one of no known commit that has another byte.
        other = program.replace(commit.group(1).encode(), b"0123456789ab") if commit else program + b" "
        path = os.path.join(where, "mrs")
        with open(path, "wb") as file:
            file.write(other)
        os.chmod(path, 0o755)
        self.refused(
            self.two([ranks.PROGRAM, "run", script], [path, "run", script]), where, 64, "E0903",
            "of commit 0123456789ab" if commit else "with digest")

    def test_another_subcommand_is_refused(self):
        where = ranks.folder("subcommand")
        self.refused([*ranks.launcher(2), ranks.PROGRAM, "jupyter"], where, 64, "`mrs jupyter`", "`mrs run`")

    def per_rank(self, where, text):
        """A program that gives each rank a folder of its own, as machines have their own disks."""
        return ["sh", "-c", f'cd "{where}/$OMPI_COMM_WORLD_RANK" && {text} exec "{ranks.PROGRAM}" run script.mrs']

    def folders(self, name, count, script):
        where = ranks.folder(name)
        for rank in range(count):
            os.makedirs(os.path.join(where, str(rank)))
            ranks.write(os.path.join(where, str(rank), "script.mrs"), script)
        return where

    def test_different_scripts_are_refused(self):
        where = self.folders("scripts", 3, "mrs 1\nshow 1\n")
        ranks.write(os.path.join(where, "2", "script.mrs"), "mrs 1\nshow 22\n")
        self.refused(
            [*ranks.launcher(3), *self.per_rank(where, "")], where, 3, "E0903", "`script.mrs` is not the same",
            "rank 2 on")

    def test_different_data_are_refused(self):
        where = self.folders("data", 2, 'mrs 1\nload csv "ratings.csv"\n')
        ranks.write(os.path.join(where, "0", "ratings.csv"), "user,item,rating\n1,1,3\n")
        ranks.write(os.path.join(where, "1", "ratings.csv"), "user,item,rating\n1,1,4\n")
        self.refused(
            [*ranks.launcher(2), *self.per_rank(where, "")], where, 3, "E0903", "`ratings.csv` is not the same")

    def test_a_rank_without_a_file_gets_it(self):
        where = self.folders("without", 3, 'mrs 1\nload csv "ratings.csv"\nshow "read"\n')
        ranks.write(
            os.path.join(where, "0", "ratings.csv"),
            "user,item,rating\n" + "".join(f"{row},{row % 7},{1 + row % 5}\n" for row in range(5000)))
        output, errors, status = ranks.ended(
            ranks.start([*ranks.launcher(3), *self.per_rank(where, "")], where), ranks.DEADLINE)
        self.assertEqual(status, 0, errors)
        self.assertIn("read", output)

    def test_a_full_disk_matters_on_rank_0_alone(self):
        script = ranks.TRAINING.format(epochs=3)
        for rank in (0, 1):
            where = self.folders(f"full-{rank}", 2, script)
            # No file may grow: what a full disk says.
            text = f'if [ "$OMPI_COMM_WORLD_RANK" = {rank} ]; then ulimit -f 0; fi;'
            _, errors, status = ranks.ended(
                ranks.start([*ranks.launcher(2), *self.per_rank(where, text)], where), 120)
            self.assertEqual(status, 3 if rank == 0 else 0, errors)
            self.assertEqual(errors.count("error["), 1 if rank == 0 else 0, errors)
            is_whole = os.path.exists(os.path.join(where, "0", "trained.safetensors"))
            self.assertEqual(is_whole, rank == 1)
            self.assertEqual(os.listdir(os.path.join(where, "1")), ["script.mrs"])


class Resuming(unittest.TestCase):
    def test_another_number_of_ranks_goes_on_to_the_same_bits(self):
        whole = ranks.folder("whole")
        script = ranks.write(os.path.join(whole, "script.mrs"), SHORT)
        _, errors, status = ranks.run(1, script, whole)
        self.assertEqual(status, 0, errors)
        where = ranks.folder("cut")
        script = ranks.write(os.path.join(where, "script.mrs"), SHORT)
        process = ranks.start([*ranks.launcher(2), ranks.PROGRAM, "run", script], where)
        checkpoint = os.path.join(where, "training.checkpoint")
        ranks.wait_for(lambda: os.path.exists(checkpoint), "a checkpoint")
        # The first is written before any epoch.
        before = ranks.contents(checkpoint)
        ranks.wait_for(lambda: ranks.contents(checkpoint) != before, "an epoch")
        own = ranks.ranks_of(process.pid)
        if 1 in own:
            os.kill(own[1], signal.SIGKILL)
        ranks.ended(process, ranks.DEADLINE)
        self.assertNotIn("trained.safetensors", os.listdir(where), "it ended too soon to be cut off")
        output, errors, status = ranks.run(3, script, where)
        self.assertEqual(status, 0, errors)
        self.assertIn("Went on after epoch", output)
        self.assertEqual(
            ranks.contents(os.path.join(where, "trained.safetensors")),
            ranks.contents(os.path.join(whole, "trained.safetensors")))
