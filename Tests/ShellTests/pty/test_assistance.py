"""Claims about what the prompt offers while a line is typed: colours, suggestions, candidates."""

import unittest

from terminal import Terminal, prepared


class Assistance(unittest.TestCase):
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

    def test_known_verbs_are_coloured_and_unknown_ones_marked(self):
        with Terminal() as t:
            t.wait_prompt(1)
            t.send("describe")
            t.settle()
            self.assertEqual(t.colour("describe"), "blue")
            t.send("\x15laod data")
            t.settle()
            self.assertEqual(t.colour("laod"), "red")

    def test_the_end_of_an_earlier_line_is_offered_and_taken(self):
        with Terminal() as t:
            t.run("set seed=11")
            t.send("set s")
            t.wait("mrs [2]> set seed=11")
            t.run("\x1b[C")
            self.assertEqual(t.text.count("set seed=11"), 2)


if __name__ == "__main__":
    unittest.main()
