"""Neovim, without a screen, edits a script with the language server and the colours of examples/editors."""

import os
import shutil
import subprocess
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Neovim(unittest.TestCase):
    @unittest.skipUnless(shutil.which("nvim"), "Neovim is not installed")
    def test_it_shows_completes_mends_and_formats(self):
        root = os.path.abspath(os.path.join(FOLDER, "../../.."))
        done = subprocess.run(
            ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile " + os.path.join(FOLDER, "smoke.lua")],
            env={**os.environ, "MRS_ROOT": root}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, "all of it" in done.stdout), (0, True), done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
