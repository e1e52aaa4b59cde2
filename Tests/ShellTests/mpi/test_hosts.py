"""Four machines with wires between them."""

import os
import signal
import time
import unittest

import hosts
import ranks

REASON = hosts.allowed()


@unittest.skipIf(REASON, REASON)
class Machines(unittest.TestCase):
    def test_four_machines_give_the_bits_of_one_over_the_wire(self):
        alone = ranks.folder("hosts-alone")
        script = ranks.write(os.path.join(alone, "script.mrs"), ranks.EVERYTHING)
        expected, errors, status = ranks.alone(script, alone)
        self.assertEqual(status, 0, errors)
        where = ranks.folder("hosts-run")
        script = ranks.write(os.path.join(where, "script.mrs"), ranks.EVERYTHING)
        with hosts.Hosts(4) as four:
            before = four.sent()
            output, errors, status = ranks.ended(four.start(script, where, "--deterministic", "--plain"))
            sent = [after - earlier for earlier, after in zip(before, four.sent())]
            self.assertEqual((status, errors), (0, ""))
            self.assertEqual(output, expected)
            for name in ("ratings.safetensors", "clicks.safetensors"):
                self.assertEqual(
                    ranks.contents(os.path.join(where, name)), ranks.contents(os.path.join(alone, name)))
            # Gradients of every step went out of every machine.
            for number, count in enumerate(sent, 1):
                self.assertGreater(count, 1_000_000, f"machine {number} sent {sent}")
            print(f"bytes sent: {sent}")
            self.assertEqual(four.everything(), [])

    def lose(self, name, lose, *texts):
        where = ranks.folder(name)
        script = ranks.write(os.path.join(where, "script.mrs"), ranks.TRAINING.format(epochs=4000))
        checkpoint = os.path.join(where, "training.checkpoint")
        with hosts.Hosts(4) as four:
            process = four.start(script, where)
            ranks.wait_for(lambda: os.path.exists(checkpoint) or process.poll() is not None, "a checkpoint")
            time.sleep(1)
            self.assertIsNone(process.poll(), process.poll() is not None and process.communicate())
            lose(four)
            begin = time.monotonic()
            _, errors, status = ranks.ended(process, ranks.DEADLINE)
            self.assertNotEqual(status, 0)
            self.assertEqual(errors.count("error["), 1, errors)
            for text in texts:
                self.assertIn(text, errors)
            ranks.wait_for(lambda: not four.everything(), "the end of all processes", ranks.DEADLINE)
            self.assertLess(time.monotonic() - begin, ranks.DEADLINE)
        self.assertGreater(len(ranks.contents(checkpoint)), 0)

    def test_a_cut_wire_ends_all(self):
        self.lose("cut", lambda four: four.cut(3), "rank 2 on mrs-host3")

    def test_a_held_machine_ends_all(self):
        def hold(four):
            self.held = four.processes("mrs-host4")
            for process in self.held:
                os.kill(process, signal.SIGSTOP)

        self.lose("held-machine", hold, "rank 3 on mrs-host4")
