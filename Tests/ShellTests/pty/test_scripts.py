"""The scripts that make data ready, on toys."""

import os
import subprocess
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


class MeluStates(unittest.TestCase):
    def make(self, movies):
        files = {
            "ratings.dat": "1::10::5::0\n1::11::4::0\n2::10::3::0\n2::11::2::0\n",
            "movies.dat": movies,
            "user_cold_state.json": '{"2": ["10"], "7": ["10", "11"]}',
        }
        self.folder = tempfile.mkdtemp()
        for name, text in files.items():
            with open(os.path.join(self.folder, name), "w", encoding="latin-1") as file:
                file.write(text)
        script = os.path.join(ROOT, "scripts", "melu-states")
        return subprocess.run([script, self.folder], capture_output=True, text=True)

    def test_users_and_years_decide(self):
        done = self.make("10::Café (1966) (1997)::Drama\n11::1999 (1998)::Drama\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "ratings.csv")) as file:
            self.assertEqual(
                file.read().split(),
                ["user,item,rating,state", "1,10,5,warm", "1,11,4,item-cold",
                 "2,10,3,user-cold", "2,11,2,both-cold"])

    def test_a_film_without_a_year_is_refused(self):
        done = self.make("10::Film (1997)::Drama\n11::Film::Drama\n")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no year", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ratings.csv")))
