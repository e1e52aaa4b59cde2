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

    def asked(self, t, line, keys="?"):
        """What is listed below a line that is typed anew."""
        t.send("\x15\x0c" + line)
        t.settle()
        t.send(keys)
        t.settle()
        return "\n".join(t.text.splitlines()[1:-1])

    def test_a_question_mark_answers_at_any_place(self):
        with Terminal() as t:
            prepared(t)
            for line, answer in [
                ("meta-tr", "meta-train  Learns"), ("meta-train maml steps=", "a whole number from 0 to 1000"),
                ("goto ", "the number of a cell"), ("let ", "a name"), ("expect $_.", "$_.test"),
                ("show | ", "save  Writes"), ("let r = ", "Judges the model"), ("for ", "a name"),
            ]:
                self.assertIn(answer, self.asked(t, line), line)
            self.assertNotIn("describe", self.asked(t, "show | "))
            self.assertNotIn("include", self.asked(t, "let r = "))
            self.assertNotIn("$x", self.asked(t, "expect $_."))
            # Within a text it is a character as any other.
            t.send("\x15load csv \"what?")
            t.settle()
            self.assertIn("what?", t.line)

    def test_more_candidates_than_fit_keep_their_documentation(self):
        with Terminal(rows=24, columns=80) as t:
            prepared(t)
            listed = self.asked(t, "adapt user ")
            self.assertRegex(listed, r"\n +1 +\d+ ratings, train user")
            self.assertIn("… and 564 more", listed)
            listed = self.asked(t, "adapt user 42 ")
            self.assertTrue(listed.startswith("  new "), listed)
            self.assertRegex(listed, r"\n +shots= +use only this many")

    def test_items_are_completed_by_their_titles(self):
        with Terminal() as t:
            prepared(t)
            listed = self.asked(t, 'similar item "nordlys f', "\t\t")
            self.assertIn('"Nordlys Flying Kite"', listed)
            t.send("k\t")
            t.wait('similar item "Nordlys Flying Kite"')

    def test_long_lists_fit_one_screen_with_their_documentation(self):
        for rows, columns in ((50, 100), (24, 80)):
            with Terminal(rows=rows, columns=columns) as t:
                t.wait_prompt(1)
                t.send("meta-train ?")
                t.wait("prototypical")
                t.settle()
                self.assertIn("help for help", t.text, "scrolled out of sight")
                self.assertIn("checkpoint=", t.text)
                # On the smallest screen there is room for the names alone.
                self.assertEqual("Learns weights" in t.text, rows > 24)

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
