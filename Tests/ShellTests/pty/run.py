"""Runs the terminal tests and closes with how many passed; arguments name tests."""

import os
import sys

import tally

if __name__ == "__main__":
    sys.exit(tally.run(os.path.dirname(os.path.abspath(__file__)), sys.argv[1:]))
