"""Claims about the prompt, held against the real program at a pseudo-terminal."""

import os
import random
import signal
import stat
import tempfile
import time
import unittest

from terminal import Terminal, interrupt

# A cell that runs for minutes unless it is stopped.
LONG = "meta-train maml steps=5 epochs=100000 patience=0"


def prepared(terminal):
    terminal.wait_prompt(1)
    terminal.send("load data; split tasks\r")
    return terminal.wait_prompt(2)


class Editing(unittest.TestCase):
    def test_tab_completes_and_lists_with_documentation(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("meta-tr\t")
            t.wait("mrs [1]> meta-train ")
            t.send("maml \t")
            t.wait("inner gradient steps")
            t.settle()
            self.assertTrue(t.line.startswith("mrs [1]> meta-train maml"), t.line)

    def test_a_list_of_candidates_leaves_one_line_above_and_one_below(self):
        for burst in (["explain co", "\t", "\t"], ["xyz\x15load data; show se\t\t"], ["save \t"]):
            with Terminal() as t:
                t.wait_prompt(1)
                for keys in burst:
                    t.send(keys)
                    t.settle()
                self.assertTrue(all(row.count("mrs [1]>") <= 1 for row in t.screen.display), t.text)
                self.assertLessEqual(t.text.count("mrs [1]>"), 2, t.text)

    def test_a_question_mark_lists_what_can_stand_there(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("meta-train ?")
            t.wait("prototypical")
            t.wait("checkpoint=")
            t.settle()
            self.assertTrue(t.line.startswith("mrs [1]> meta-train"), t.line)
            self.assertNotIn("?", t.line)

    def test_long_lists_fit_one_screen_with_their_documentation(self):
        for rows, columns in ((30, 100), (24, 80)):
            with Terminal(rows=rows, columns=columns) as t:
                t.wait_prompt(1)
                t.send("meta-train ?")
                t.wait("prototypical")
                t.settle()
                self.assertIn("help for help", t.text, "scrolled out of sight")
                self.assertIn("checkpoint=", t.text)
                self.assertIn("Learns weights", t.text)

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
            t.send("set se\x1ded=3\r")
            t.wait_prompt(2)
            self.assertNotIn("error", t.text)

    def test_binary_and_control_characters_can_be_pasted(self):
        with Terminal() as t:
            t.wait_prompt(1)
            noise = bytes(b for b in range(256) if b not in (0x1B, 0x03, 0x1A, 0x1C, 0x11, 0x13))
            t.send(b"\x1b[200~" + noise * 4 + b"\x1b[201~")
            t.settle()
            t.send("\x15")
            t.settle()
            t.send("set seed=12\r")
            t.wait_prompt(2)

    def test_completion_shows_what_is_known_of_live_values(self):
        with Terminal() as t:
            prepared(t)
            t.send("adapt user 59\t")
            t.wait("598")
            self.assertRegex(t.text, r"598 +\d+ ratings, (train|valid|test) user")
            t.send("\x15plot embedding colour=\t")
            t.wait("of items")

    def test_completion_knows_the_users_of_the_loaded_data(self):
        with Terminal() as t:
            prepared(t)
            t.send("adapt user 59\t")
            t.wait("598")

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
            t.send("2] { show }\r")
            t.wait_prompt(2)
            self.assertNotIn("error", t.text)

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
            t.send("\r")
            t.wait_prompt(2, 60)
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
            t.send("\x15show\r")
            t.wait_prompt(2)
            self.assertIn("network", t.text)

    def test_known_verbs_are_coloured_and_unknown_ones_marked(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("load data")
            t.settle()
            self.assertEqual(t.colour("load"), "blue")
            t.send("\x15laod data")
            t.settle()
            self.assertEqual(t.colour("laod"), "red")

    def test_the_end_of_an_earlier_line_is_offered_and_taken(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("set seed=11\r")
            t.wait_prompt(2)
            t.send("set s")
            t.wait("mrs [2]> set seed=11")
            t.send("\x1b[C\r")
            t.wait_prompt(3)
            self.assertEqual(t.text.count("set seed=11"), 2)

    def test_random_keys_give_the_same_screen_with_and_without_highlighting(self):
        keys = random.Random(3)
        strokes = list("abcdelmoprst =.\"[]{}#$0123456789éö漢") + [
            "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x7f", "\x0b", "\x01", "\x05", "\x14", "\x1f",
        ]
        plain_env = {"NO_COLOR": "1"}
        with Terminal(columns=50) as a, Terminal(columns=50, env=plain_env) as b:
            a.wait_prompt(1)
            b.wait_prompt(1)
            for _ in range(int(os.environ.get("MRS_KEYS", "1000")) // 20):
                burst = "".join(keys.choice(strokes) for _ in range(20))
                for t in (a, b):
                    # The last key takes the cursor off the end, where a suggestion may be shown.
                    t.send(burst + "a\x1b[D")
                for t in (a, b):
                    t.settle(0.03)
                if a.text != b.text:
                    # One of them may only have been slow.
                    a.settle(0.3)
                    b.settle(0.3)
                self.assertEqual(a.text, b.text, burst)
                if keys.random() < 0.4:
                    for t in (a, b):
                        t.send("\x05\x15")


class History(unittest.TestCase):
    def test_history_outlives_the_session(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                t.send("set seed=42 # é漢\r")
                t.wait_prompt(2)
                t.send("\x04")
                t.wait_end()
            with Terminal(state=state) as t:
                t.wait_prompt(1)
                t.send("\x1b[A")
                t.wait("set seed=42 # é漢")

    def test_a_cell_of_several_lines_comes_back_as_one(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("for k in [1,\r2] { show }\r")
            t.wait_prompt(2)
            t.send("\x1b[A")
            t.settle()
            self.assertEqual(t.screen.display[t.screen.cursor.y - 1].rstrip(), "mrs [2]> for k in [1,")

    def test_ctrl_r_finds_by_words(self):
        with Terminal() as t:
            t.wait_prompt(1)
            for number, line in enumerate(["set seed=5", "show", "help maml"]):
                t.send(line + "\r")
                t.wait_prompt(number + 2)
            t.send("\x12")
            t.wait("search:")
            t.send("seed")
            t.wait("▸ set seed=5")
            t.send("\r")
            t.settle()
            self.assertEqual(t.line, "mrs [4]> set seed=5")

    def test_a_home_that_cannot_be_written_only_warns(self):
        with Terminal(state="/proc/none") as t:
            t.wait("history is not kept")
            t.wait_prompt(1)
            t.send("show\r")
            t.wait_prompt(2)

    def test_two_sessions_share_one_history(self):
        with tempfile.TemporaryDirectory() as state:
            with Terminal(state=state) as a, Terminal(state=state) as b:
                for t, seed in ((a, 101), (b, 202)):
                    t.wait_prompt(1)
                    t.send(f"set seed={seed}\r")
                    t.wait_prompt(2)
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
            t.wait("epochs", 60)
            t.pump(1)
            t.send("\x03")
            t.wait_prompt(3)
            t.send("show\r")
            t.wait_prompt(4)
            self.assertIn("600 users", t.text)

    def test_progress_shows_rate_and_rest(self):
        with Terminal() as t:
            prepared(t)
            t.send(LONG + "\r")
            t.wait("ETA", 60)
            interrupt(t)
            t.wait_prompt(3)
            self.assertNotIn("ETA", t.text)

    def test_keys_typed_while_computing_are_kept_and_not_shown(self):
        with Terminal() as t:
            prepared(t)
            t.send("meta-train maml steps=2 epochs=3\r")
            t.pump(0.2)
            t.send("show\r")
            t.wait_prompt(4, 60)
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
            t.send("ed=9\r")
            t.wait_prompt(2)
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
            t.wait("epochs", 60)
            t.signal(signal.SIGTERM)
            self.assertEqual(t.wait_end(), -signal.SIGTERM)
            self.assert_restored(t)

    def test_an_interrupted_script_ends_with_130(self):
        with tempfile.NamedTemporaryFile("w", suffix=".mrs") as script:
            script.write(f"load data\nsplit tasks\n{LONG}\nload data\n")
            script.flush()
            with Terminal("run", script.name) as t:
                t.wait("ETA", 60)
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
                t.wait_prompt(1)
                t.send("load data\r")
                t.wait_prompt(2)
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
            t.send("show\r")
            t.wait_prompt(2)
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
            t.send("\r")
            t.wait_prompt(2)
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
