"""Runs the tests of a folder and closes with how many passed."""

import unittest


class Tally(unittest.TextTestResult):
    """Counts what passed, which unittest does not."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def run(folder, names, cleanup=lambda: None):
    """The exit status; all tests of the folder where no names are given. At the end `cleanup` is called."""
    try:
        return tested(folder, names)
    finally:
        cleanup()


def tested(folder, names):
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromNames(names) if names else loader.discover(folder)
    result = unittest.TextTestRunner(resultclass=Tally, verbosity=2).run(tests)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0
