"""Runs the tests of the service and closes with how many passed; arguments name tests."""

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(FOLDER, "..", "pty"))

import door  # noqa: E402
import tally  # noqa: E402

if __name__ == "__main__":
    sys.exit(tally.run(FOLDER, sys.argv[1:], door.cleanup))
