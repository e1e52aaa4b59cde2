"""Claims about pastes, whatever they hold."""

import random
import unittest

from terminal import Terminal, interrupt


class Pasting(unittest.TestCase):
    def test_vi_mode_takes_a_paste_as_text(self):
        for keys in ("", "x\x1b"):
            with Terminal(env={"NO_COLOR": "1"}, editrc="mrs:bind -v\n") as t:
                t.wait_prompt(1)
                t.send(keys)
                t.settle()
                t.send("\x1b[200~set seed=5\r\tset seed=6\r\x1b[201~")
                t.wait("set seed=6")
                t.settle()
                self.assertNotIn("mrs [2]", t.text)
                # Escape leads to commands as ever: to the start of the line, and insert there.
                t.send("\x1b0i# \x1b")
                t.settle()
                self.assertIn("# ", t.text)

    def test_a_key_alone_is_no_paste(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.run("set se\x1ded=3")
            self.assertNotIn("error", t.text)

    def test_binary_and_control_characters_can_be_pasted(self):
        with Terminal() as t:
            t.wait_prompt(1)
            noise = bytes(b for b in range(256) if b not in (0x1B, 0x03, 0x1A, 0x1C, 0x11, 0x13))
            t.send(b"\x1b[200~" + noise * 4 + b"\x1b[201~")
            t.settle()
            t.send("\x15")
            t.settle()
            t.run("set seed=12")

    def test_a_paste_of_several_lines_waits_for_enter(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("\x1b[200~load data\tx\rsplit tasks\r\x1b[201~")
            t.wait("split tasks")
            t.settle()
            self.assertNotIn("Loaded", t.text)
            self.assertNotIn("mrs [2]", t.text)

    def test_a_pasted_screen_loses_its_prompts_and_outputs(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("\x1b[200~mrs [1]> load data\rLoaded: some output\rmrs [2]> split tasks\r\x1b[201~\r")
            t.wait_prompt(2)
            self.assertIn("Tasks", t.text)
            self.assertNotIn("error", t.text)

    def test_a_huge_paste_is_kept_whole(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("\x1b[200~")
            for _ in range(100):
                t.send("set seed=1 # " + "x" * 10000 + "\r")
                t.pump(0.001)
            t.send("load data\x1b[201~")
            t.wait("characters]", 60)
            t.run("", seconds=60)
            self.assertIn("Loaded", t.text)

    def test_binary_noise_does_no_harm(self):
        noise = random.Random(7)
        with Terminal() as t:
            t.wait_prompt(1)
            harmless = [b for b in range(256) if b not in (3, 4, 13, 10, 17, 19, 22, 24, 26, 28)]
            for _ in range(20):
                t.send(bytes(noise.choice(harmless) for _ in range(50)))
                t.settle(0.02)
            t.send("\x07\x07")
            interrupt(t)
            t.settle()
            interrupt(t)
            t.settle()
            t.send("\x15show\r")
            t.wait("network")


if __name__ == "__main__":
    unittest.main()
