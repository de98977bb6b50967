# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which captures are judged together: files of a folder that follow each other in time are one capture, which a sensor
has cut into files. So a flow or a source that is in several of them is judged as in one, and tshark starts once. Where
they are too many for that, those before and behind are read, too, and not counted: windows overlap."""
from bisect import bisect_left, bisect_right
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from capture import Capture
from tshark import CaptureProblem

# A core is busy with so many for seconds, and tshark holds their flows in some hundred megabytes.
MOST_PACKETS = 1_000_000
# What is read of files on each side of these, and not counted.
CONTEXT_PACKETS, CONTEXT_FILES = 100_000, 8
FILES_AT_ONCE = 1000            # of which capinfos is asked: an argument each, for which systems have limits


def identify(captures, jobs):
    """Reads all files, several at a time. What fails will fail again, and be said, when its turn comes."""
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda capture: _try(capture.identify), captures))


def sift(captures, folder, jobs):
    """Asks Wireshark of each, of a file, whether it is a capture. Those have contents then."""
    def ask(number):
        place = folder / f"sift-{number}"
        place.mkdir(exist_ok=True)
        _sift(captures[number::jobs], place)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(ask, range(jobs)))


def _sift(captures, place):
    """Asks of many at once, and where one of them is none, of the halves: to start a program for each takes longer."""
    if len(captures) < 2:
        for capture in captures:
            _try(lambda capture=capture: capture.sift(set(), place))
    elif len(captures) > FILES_AT_ONCE or not Capture.sift_at_once(captures, place):
        half = len(captures) // 2
        _sift(captures[:half], place)
        _sift(captures[half:], place)


def _try(call):
    try:
        call()
    except CaptureProblem:
        pass


def in_order(captures):
    """Those of a folder that follow each other in time are joined. @param captures sifted ones, of a file each"""
    waiting, alone = {}, []
    for capture in captures:
        if capture.named or not capture.times_us():
            alone.append(capture)
        else:
            waiting.setdefault(capture.paths[0].parent, []).append(capture)
    groups = [group for some in waiting.values() for group in _groups(sorted(some, key=Capture.times_us))]
    return [group[0] if len(group) == 1 else Capture.joined(group) for group in groups] + alone


def _groups(captures):
    groups, packets = [], 0
    for capture in captures:
        follows = groups and groups[-1][-1].times_us()[1] <= capture.times_us()[0]
        if not follows or packets + capture.packets() > MOST_PACKETS:
            groups.append([])
            packets = 0
        groups[-1].append(capture)
        packets += capture.packets()
    return groups


def near(captures, wanted):
    """Captures of the same folders that may lie directly before or behind the wanted ones: sensors name files by time.
    @param captures in the order of their names"""
    folders, found = {}, []
    for capture in captures:
        folders.setdefault(capture.paths[0].parent, []).append(capture)
    for some in folders.values():
        here = [capture in wanted for capture in some]
        found += [capture for at, capture in enumerate(some) if not here[at]
                  and any(here[max(0, at - CONTEXT_FILES):at + CONTEXT_FILES + 1])]
    return found


def set_in_context(groups, others):
    """Tells captures what lies directly before and behind them.
    @param groups what is judged; those that somebody named stand alone
    @param others further captures of a file each, sifted"""
    folders = {}
    for capture in [*others, *(member for group in groups for member in group.members)]:
        if not capture.named and capture.times_us():
            folders.setdefault(capture.paths[0].parent, []).append(capture)
    timelines = {folder: _Timeline(captures) for folder, captures in folders.items()}
    for group in groups:
        if not group.named and group.times_us():
            timelines[group.paths[0].parent].set_beside(group)


def _begin(capture):
    return capture.times_us()[0]


def _end(capture):
    return capture.times_us()[1]


class _Timeline:
    """Captures of a folder, in the order of time."""

    def __init__(self, captures):
        self.by_begin, self.by_end = sorted(captures, key=_begin), sorted(captures, key=_end)

    def set_beside(self, group):
        first, last = group.times_us()
        earlier = reversed(self.by_end[:bisect_right(self.by_end, first, key=_end)])
        later = islice(self.by_begin, bisect_left(self.by_begin, last, key=_begin), None)
        group.before = _following(earlier, group, lambda one, other: _end(other) <= _begin(one))[::-1]
        group.behind = _following(later, group, lambda one, other: _end(one) <= _begin(other))


def _following(captures, group, follows):
    """Those that follow the group and each other, as many as are read."""
    members, found, at = {*group.members}, [], group
    for capture in captures:
        if capture in members or not follows(at, capture):
            continue
        if not _has_room(found, capture):
            break
        found.append(capture)
        at = capture
    return found


def _has_room(context, capture):
    return (len(context) < CONTEXT_FILES
            and sum(each.packets() for each in context) + capture.packets() <= CONTEXT_PACKETS)


def as_before(captures, counted):
    """Captures that count already, joined as they were.
    @param captures of a file each
    @param counted {digest: Counted} of all of them"""
    of_file = {file: digest for digest, each in counted.items() for file in each.files}
    groups = {}
    for capture in captures:
        groups.setdefault(of_file[capture.digest()], {})[capture.digest()] = capture
    return [joined for digest, group in groups.items() for joined in _as_before(counted[digest].files, group)]


def _as_before(files, group):
    """One capture, when all of its files are there."""
    captures = sorted(group.values(), key=Capture.times_us)
    return [Capture.joined(captures)] if len(captures) > 1 and set(group) == files else captures
