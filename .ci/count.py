#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""count.py LOGS STEP[:RUNNER,...]...: what each step of .ci/run did, and one line that sums up.

A step has left in LOGS/step-STEP its `log`, its `status` (exit status and seconds), and from each test runner
RUNNER.xml, in JUnit's format. Exit status 1 if a test failed or was skipped, a step broke, one of its runners left
no tests, or a file cannot be read to its end. A step for which no runner is named need not have tests.
"""
import sys
import xml.etree.ElementTree as xml
from collections import Counter
from pathlib import Path


def word(case):
    """What became of a test. ctest says of one that is disabled only that it has not run."""
    children, status = {child.tag for child in case}, case.get("status", "run")
    if children & {"failure", "error"} or status == "fail":
        return "failed"
    return "skipped" if "skipped" in children or status != "run" else "passed"


def name(case):
    """As the runner says it; ctest has no classes, and pytest none for a file that could not be read."""
    classname = case.get("classname") or case.get("name")
    return classname if classname == case.get("name") else f"{classname}::{case.get('name')}"


def cases(path):
    """The tests of a runner. @return (elements, seconds) @throws ValueError what is wrong with the file"""
    try:
        root = xml.parse(path).getroot()
    except (OSError, xml.ParseError) as error:
        raise ValueError(f"{path}: {error}") from error
    suites, found = list(root.iter("testsuite")), list(root.iter("testcase"))
    if not found:
        raise ValueError(f"{path}: no tests in it")
    # pytest counts a test that has passed and then failed to clear up twice.
    if sum(int(suite.get("tests", 0)) - int(suite.get("errors", 0)) for suite in suites) > len(found):
        raise ValueError(f"{path}: fewer tests in it than it says")
    return found, sum(float(suite.get("time", 0)) for suite in suites)


def report_runner(path):
    """Prints a runner's line, and one for each test that has not passed. @return how many tests, by word"""
    found, seconds = cases(path)
    words = [word(case) for case in found]
    count = Counter(words)
    said = ", ".join(f"{count[one]} {one}" for one in ("passed", "failed", "skipped") if count[one])
    print(f"{path.stem:<14} {said} in {seconds:.0f} s")
    for case, what in zip(found, words, strict=True):
        if what != "passed":
            print(f"    {what} {name(case)}")
    return count


def report_step(folder, step, runners):
    """Prints what a step did. @return how many tests, by word; what broke counts as one that failed"""
    count, errors = Counter(), []
    try:
        status, seconds = map(int, (folder / "status").read_text().split())
    except (OSError, ValueError) as error:
        status, seconds = 1, 0
        errors.append(str(error))
    print(f"\n{step}, {seconds} s")
    for path in sorted({folder / f"{runner}.xml" for runner in runners} | set(folder.glob("*.xml"))):
        try:
            count += report_runner(path)
        except ValueError as error:
            errors.append(str(error))
    if status and not count["failed"] and not errors:
        lines = (folder / "log").read_text(errors="replace").split("\n") if (folder / "log").is_file() else []
        errors.append(next((line for line in reversed(lines) if line.strip()), f"exit status {status}"))
    for error in errors:
        print(f"{'error':<14} {error}")
    if not count and not errors:
        print(f"{'no tests':<14} and exit status 0")
    return count + Counter(failed=len(errors))


def main(logs, *steps):
    total = Counter()
    for step, _, runners in (each.partition(":") for each in steps):
        total += report_step(Path(logs) / f"step-{step}", step, [runner for runner in runners.split(",") if runner])
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or total["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
