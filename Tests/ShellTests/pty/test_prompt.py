"""Claims about the prompt, held against the real program at a pseudo-terminal."""

import os
import random
import signal
import stat
import tempfile
import time
import unittest

from terminal import TRAINING, Terminal, interrupt, prepared

# A cell that runs for minutes unless it is stopped.
LONG = "meta-train maml steps=5 epochs=100000 patience=0"


class Editing(unittest.TestCase):
    def test_wide_and_accented_characters_can_be_edited(self):
        with Terminal(env={"NO_COLOR": "1"}) as t:
            t.wait_prompt(1)
            t.send("say é漢字🎬x")
            t.wait("say é")
            t.send("\x1b[D\x7f\x7f\x1b[H\x1b[3~S")
            t.settle()
            self.assertEqual(t.line.replace("字 ", "字"), "mrs [1]> Say é漢x")

    def test_ascii_surroundings_do_not_lose_accents(self):
        with Terminal(env={"LC_ALL": "C", "LANG": "C", "NO_COLOR": "1"}) as t:
            t.wait_prompt(1)
            t.send("é漢é")
            t.wait("é漢")

    def test_an_open_bracket_goes_on_in_the_next_line(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("for k in [1,\r")
            t.run("2] { show }")
            self.assertNotIn("error", t.text)

    def test_undo_takes_back_what_was_cut(self):
        with Terminal(env={"NO_COLOR": "1"}) as t:
            t.wait_prompt(1)
            t.send("load data")
            t.settle()
            t.send("\x15")
            t.settle()
            self.assertEqual(t.line, "mrs [1]>")
            t.send("\x1f")
            t.settle()
            self.assertEqual(t.line, "mrs [1]> load data")

    def test_resizing_keeps_the_line(self):
        with Terminal(env={"NO_COLOR": "1"}, columns=60) as t:
            t.wait_prompt(1)
            t.send("meta-train maml steps=5 inner-lr=0.01 epochs=3 batch=4")
            t.settle()
            for columns in (50, 44, 70, 60):
                t.resize(30, columns)
                t.settle()
            joined = "".join(t.screen.display[t.screen.cursor.y - 1: t.screen.cursor.y + 1])
            self.assertIn("inner-lr=0.01", joined.replace(" ", "") and joined)
            t.run("\x15show")
            self.assertIn("network", t.text)

    def test_random_keys_give_the_same_screen_with_and_without_highlighting(self):
        keys = random.Random(3)
        strokes = list("abcdelmoprst =.\"[]{}#$0123456789éö漢") + [
            "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x7f", "\x0b", "\x01", "\x05", "\x14", "\x1f",
        ]
        plain_env = {"NO_COLOR": "1"}
        with Terminal(columns=50) as a, Terminal(columns=50, env=plain_env) as b:
            a.wait_prompt(1)
            b.wait_prompt(1)

            def typed(t):
                # Lines that are only said wrap on words where there are colours, and where the terminal does elsewhere.
                return t.text.partition("leaves\n")[2]

            for _ in range(int(os.environ.get("MRS_KEYS", "1000")) // 20):
                burst = "".join(keys.choice(strokes) for _ in range(20))
                for t in (a, b):
                    # The last key takes the cursor off the end, where a suggestion may be shown.
                    t.send(burst + "a\x1b[D")
                for t in (a, b):
                    t.settle(0.03)
                if typed(a) != typed(b):
                    # One of them may only have been slow.
                    a.settle(0.3)
                    b.settle(0.3)
                self.assertEqual(typed(a), typed(b), burst)
                if keys.random() < 0.4:
                    for t in (a, b):
                        t.send("\x05\x15")


class ViMode(unittest.TestCase):
    def test_arrows_history_search_and_undo_are_those_of_emacs_mode(self):
        with Terminal(env={"NO_COLOR": "1"}, editrc="mrs:bind -v\n") as t:
            t.run("set seed=5", "let k = 1")

            def line_after(keys):
                t.send(keys)
                t.settle()
                return t.line[len("mrs [3]> "):]

            self.assertEqual(line_after("\x1b[A"), "let k = 1")
            self.assertEqual(line_after("\x1b[A"), "set seed=5")
            self.assertEqual(line_after("\x1b[D\x1b[DX"), "set seedX=5")
            self.assertEqual(line_after("\x1b[3~\x1b[HY\x1b[FZ"), "Yset seedX5Z")
            self.assertEqual(line_after("\x1bdd"), "")
            self.assertEqual(line_after("u"), "Yset seedX5Z")
            self.assertEqual(line_after("dd"), "")
            line_after("\x03")
            self.assertEqual(line_after("\x1bk"), "let k = 1")
            self.assertEqual(line_after("dd/seed\r"), "set seed=5")
            line_after("\x03")
            t.send("\x0c")
            t.settle()
            self.assertEqual(t.text, "mrs [3]>")


class History(unittest.TestCase):
    def test_history_outlives_the_session(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as t:
                t.run("set seed=42 # é漢")
                t.send("\x04")
                t.wait_end()
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                t.send("\x1b[A")
                t.wait("set seed=42 # é漢")

    def test_a_cell_of_several_lines_comes_back_as_one(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.run("for k in [1,\r2] { show }")
            t.send("\x1b[A")
            t.settle()
            self.assertEqual(t.screen.display[t.screen.cursor.y - 1].rstrip(), "mrs [2]> for k in [1,")

    def test_ctrl_r_finds_by_words(self):
        with Terminal() as t:
            t.run("set seed=5", "show", "help maml")
            t.send("\x12")
            t.wait("search:")
            t.send("seed")
            t.wait("▸ set seed=5")
            t.settle()
            self.assertEqual(t.line, "search: seed")
            self.assertEqual(t.screen.cursor.x, len("search: seed"))
            t.send("\r")
            t.settle()
            self.assertEqual(t.line, "mrs [4]> set seed=5")

    def test_a_home_that_cannot_be_written_only_warns(self):
        with Terminal(state="/proc/none") as t:
            t.wait("history is not kept")
            t.run("show")

    def test_two_sessions_share_one_history(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as a, Terminal(state=state) as b:
                for t, seed in ((a, 101), (b, 202)):
                    t.run(f"set seed={seed}")
            path = os.path.join(state, "mrs", "history.jsonl")
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            with open(path, encoding="utf-8") as lines:
                self.assertEqual(len(lines.readlines()), 2)


class Interruption(unittest.TestCase):
    def test_ctrl_c_at_the_prompt_drops_the_line(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("load da")
            interrupt(t)
            t.wait("load da^C")
            t.wait_prompt(1)

    def test_ctrl_c_stops_a_training_and_keeps_the_session(self):
        with Terminal() as t:
            prepared(t)
            t.send(LONG + "\r")
            t.wait("epochs", TRAINING)
            t.pump(1)
            t.send("\x03")
            t.wait_prompt(3)
            t.run("show")
            self.assertIn("600 users", t.text)

    def test_progress_shows_rate_and_rest(self):
        with Terminal() as t:
            prepared(t)
            t.send(LONG + "\r")
            t.wait("ETA", TRAINING)
            interrupt(t)
            t.wait_prompt(3)
            self.assertNotIn("ETA", t.text)

    def test_keys_typed_while_computing_are_kept_and_not_shown(self):
        with Terminal() as t:
            prepared(t)
            t.send("meta-train maml steps=2 epochs=3\r")
            t.pump(0.2)
            t.send("show\r")
            t.wait_prompt(4, TRAINING)
            self.assertEqual(t.text.count("show"), 1)
            self.assertIn("mrs [3]> show", t.text)

    def test_ctrl_z_and_back_keeps_the_line(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("set se")
            t.settle()
            t.send("\x1a")
            time.sleep(0.3)
            t.signal(signal.SIGCONT)
            t.settle()
            t.run("ed=9")
            self.assertNotIn("error", t.text)


class Leaving(unittest.TestCase):
    """Every way out leaves the terminal as it was."""

    def assert_restored(self, terminal):
        self.assertEqual(terminal.modes, terminal.modes_before)
        self.assertFalse(terminal.paste_is_marked)

    def test_ctrl_d_leaves_with_success(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("\x04")
            self.assertEqual(t.wait_end(), 0)
            self.assert_restored(t)

    def test_quit_leaves_with_success(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("quit\r")
            self.assertEqual(t.wait_end(), 0)
            self.assert_restored(t)

    def test_termination_at_the_prompt_restores_the_terminal(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with Terminal() as t:
                t.wait_prompt(1)
                t.send("load")
                t.settle()
                t.signal(number)
                self.assertEqual(t.wait_end(), -number)
                self.assert_restored(t)

    def test_termination_while_computing_restores_the_terminal(self):
        with Terminal() as t:
            prepared(t)
            t.send(LONG + "\r")
            t.wait("epochs", TRAINING)
            t.signal(signal.SIGTERM)
            self.assertEqual(t.wait_end(), -signal.SIGTERM)
            self.assert_restored(t)

    def test_an_interrupted_script_ends_with_130(self):
        with tempfile.NamedTemporaryFile("w", suffix=".mrs") as script:
            script.write(f"load data\nsplit tasks\n{LONG}\nload data\n")
            script.flush()
            with Terminal("run", script.name) as t:
                t.wait("ETA", TRAINING)
                t.send("\x03")
                self.assertEqual(t.wait_end(), 130)
                self.assert_restored(t)


class Surroundings(unittest.TestCase):
    def test_plain_dumb_and_no_color_send_no_colours(self):
        cases = [
            (["--plain"], {}), ([], {"TERM": "dumb"}), ([], {"NO_COLOR": "1"}),
        ]
        for arguments, env in cases:
            with Terminal(*arguments, env=env) as t:
                t.run("load data")
                self.assertIn("Loaded", t.text)
                self.assertNotIn(b"\x1b[1;3", t.output, (arguments, env))
                if env.get("NO_COLOR") is None:
                    self.assertNotIn(b"\x1b", t.output, (arguments, env))

    def test_plain_prompts_know_ctrl_c_and_ctrl_d(self):
        with Terminal("--plain") as t:
            t.wait_prompt(1)
            t.send("loa")
            interrupt(t)
            t.settle()
            t.run("show")
            self.assertNotIn("error", t.text)
            t.send("\x04")
            self.assertEqual(t.wait_end(), 0)

    def test_a_terminal_of_no_known_or_of_tiny_size_works(self):
        for rows, columns in ((0, 0), (2, 5), (1, 1)):
            with Terminal() as t:
                t.wait_prompt(1)
                t.child.setwinsize(rows, columns)
                t.settle()
                t.send("load data\r")
                t.settle(1)
                t.resize(30, 100)
                t.settle()
                t.send("\x15quit\r")
                self.assertEqual(t.wait_end(), 0, (rows, columns))

    def test_the_editor_of_the_user_edits_the_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as editor:
            editor.write('#!/bin/sh\necho "set seed=77" > "$1"\n')
        os.chmod(editor.name, 0o755)
        with Terminal(env={"EDITOR": editor.name, "VISUAL": ""}) as t:
            t.wait_prompt(1)
            t.send("set seed=1\x18\x05")
            t.wait("mrs [1]> set seed=77")
            t.run("")
        os.unlink(editor.name)


class Speed(unittest.TestCase):
    def test_a_key_is_shown_within_five_milliseconds_of_processor_time(self):
        with Terminal() as t:
            prepared(t)
            t.send("# ")
            t.settle()
            before = cpu_seconds(t.child.pid)
            keys = 200
            for index in range(keys):
                t.send("adapt user 42 "[index % 14])
                t.pump(0.002)
            t.settle()
            spent = (cpu_seconds(t.child.pid) - before) / keys
            self.assertLess(spent, 0.005)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat_file:
        fields = stat_file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
