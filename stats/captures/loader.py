# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads captures into a database, several at a time."""
import threading

import plan
from find import find
from judgement import judgement
from progress import Progress, Screen
from shown import shown
from store import StoreProblem
from tshark import CaptureProblem, TsharkProblem, try_out

REFUSALS = 3                            # captures in a row that servers refuse: then it's not the captures
LINE_EVERY_S = 1                        # the progress line


class Loader:
    """Loads captures with several threads, each busy with one capture and its own tshark."""

    def __init__(self, store, options, scratch, captures=None, others=()):
        """@param captures None: those that the options name
        @param others further ones of the same folders, not to be loaded"""
        self.store, self.options, self.scratch, self.others = store, options, scratch, others
        self.preferences = [word for option in options.o for word in ("-o", option)]
        self.captures, self.troubles = (captures, []) if captures else find(options.names, options.together)
        self.waiting = iter(())
        self.progress = Progress(len(self.captures), sum(capture.size() for capture in self.captures))
        self.screen = Screen()
        self.lock, self.trial = threading.Lock(), threading.Lock()
        self.judgement = None           # once tshark has shown that it can judge a capture, with these options
        self.refused = 0                # captures in a row
        self.stop = threading.Event()   # a problem that concerns all captures

    def run(self):
        """@return True when all captures are loaded"""
        for trouble in self.troubles:
            self.screen.complain(trouble)
        self.waiting = iter(self._planned())
        threads = [threading.Thread(target=self._work, args=(self.scratch / str(number),), daemon=True)
                   for number in range(self.options.jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LINE_EVERY_S)
                if thread.is_alive():
                    self.screen.progress(self.progress)
        self.screen.clear()
        if not self.stop.is_set():
            say_mixture(self.store, self.screen)
        print(self.progress, flush=True)
        return self.progress.loaded + self.progress.known == self.progress.captures and not self.troubles

    def _planned(self):
        """What is to be judged, without what is loaded already."""
        if self.options.together or self.options.apart:
            return self.captures
        found = [capture for capture in self.captures if not capture.named]
        plan.identify(found, self.options.jobs)
        sound = [capture for capture in found if capture.is_identified()]
        wanted = self._wanted(sound)
        plan.sift(wanted, self.scratch, self.options.jobs)
        ready = [capture for capture in wanted if capture.contents]
        counted = self.store.counted(_digests(ready))
        files = _files(counted)
        # What could not be read, or is no capture, says so when its turn comes.
        settled = {*ready, *sound} - {capture for capture in wanted if not capture.contents}
        groups = [*plan.as_before([capture for capture in ready if capture.digests() & files], counted),
                  *plan.in_order([capture for capture in ready if not capture.digests() & files])]
        plan.set_in_context(groups, self._beside(ready, [*found, *self.others]))
        return [*groups, *(capture for capture in self.captures if capture not in settled)]

    def _beside(self, ready, captures):
        """Those that lie beside what is ready to be judged. @return sifted ones"""
        beside = plan.near(sorted(captures, key=lambda capture: capture.paths[0]), {*ready})
        plan.identify(beside, self.options.jobs)
        beside = [capture for capture in beside if capture.is_identified()]
        plan.sift(beside, self.scratch, self.options.jobs)
        return [capture for capture in beside if capture.contents]

    def _wanted(self, captures):
        """Those that are not loaded, or shall be judged again, each content once. The others are done."""
        counted = self.store.counted(_digests(captures))
        of_file = {file: each for each in counted.values() for file in each.files}
        wanted, seen = [], set()
        for capture in captures:
            digest = capture.digest()
            if digest in seen or (digest in of_file and not self._is_otherwise(of_file[digest])):
                self.progress.add(known=1, size_done=capture.size())
            else:
                wanted.append(capture)
            seen.add(digest)
        return wanted

    def _is_otherwise(self, counted):
        """Whether it shall be judged again."""
        return self.options.again and (counted.line, counted.judgement) != (
            self.options.line, self._try_out(self.scratch))

    def remove(self):
        """@return True when all captures were there and are gone"""
        plan.identify(self.captures, self.options.jobs)
        named = _digests(self.captures)
        counted = self.store.counted(named)
        whole = {digest: each for digest, each in counted.items() if each.files <= named}
        self.store.withdraw(list(whole))
        gone = _files(whole)
        missing = 0
        for capture in self.captures:
            if capture.is_identified() and capture.digests() <= gone:
                continue
            missing += 1
            holders = [each for each in counted.values() if each.files & capture.digests()]
            self.screen.complain(f"{capture.name}: it counts together with {len(holders[0].files - named)} other files:"
                                 " name them, too" if holders else f"{capture.name}: it is not loaded")
        print(f"{len(self.captures) - missing} of {len(self.captures)} captures removed"
              + (f"; {missing} not" if missing else ""))
        return not missing and not self.troubles

    def _work(self, folder):
        folder.mkdir()
        while not self.stop.is_set():
            with self.lock:
                capture = next(self.waiting, None)
            if capture is None:
                return
            self._attempt(capture, folder)

    def _attempt(self, capture, folder):
        try:
            self._load(capture, folder)
        except CaptureProblem as problem:
            if capture.has_context():           # one of that may be what is wrong
                capture.before, capture.behind = [], []
                self._attempt(capture, folder)
                return
            if len(capture.members) > 1:        # one of them may be what is wrong
                for member in capture.members:
                    self._attempt(member, folder)
                return
            self.progress.add(failed=1)
            self.screen.complain(f"{capture.name}: {problem}")
        except StoreProblem as problem:
            self._give_up(problem, f"{capture.name}: ")
        except TsharkProblem as problem:
            self._give_up(problem)
        except OSError as error:        # no room for the rows, no such program
            self._give_up(f"{shown(error.filename or folder)}: {error.strerror}")
        self.progress.add(size_done=capture.size())

    def _give_up(self, problem, where=""):
        """Complains once, although all threads may run into the same."""
        self.progress.add(failed=1)
        with self.lock:
            if self.stop.is_set():
                return
            self.stop.set()
        if isinstance(problem, StoreProblem):
            problem = self.store.who_is_away() or problem
        self.screen.complain(f"{where}{problem}")

    def _load(self, capture, folder):
        for path, why in capture.identify():
            self._leave(path, why)
        counted = self.store.counted(capture.digests())
        for path, why in capture.sift(_files(counted), folder):
            self._leave(path, why)
        if not capture.files:
            self.progress.add(captures=-1)
            return
        if self._is_known(capture, counted):
            self.progress.add(known=len(capture.members))
            return
        self._try_out(folder)
        judged = capture.judge(folder, self.preferences)
        self._say_replaced(capture, self._add(capture, judged))
        judged.rows.unlink()
        if judged.not_judged:
            self.screen.say(f"warning: {capture.name}: {judged.not_judged} packets were not judged, as"
                            " scannoise.max_memory is reached")
        self.progress.add(loaded=len(capture.members), packets=judged.packets)
        self.refused = 0

    def _leave(self, path, why):
        self.progress.add(left=1)
        self.screen.say(f"left out: {path}: {why}")

    def _try_out(self, folder):
        """Once, and not before there is something to judge. @return how captures are judged"""
        with self.trial:
            if not self.judgement:
                for line in try_out(folder, self.preferences):
                    self.screen.say(f"warning: tshark: {line}")
                self.judgement = judgement(self.options.o)
            return self.judgement

    def _is_known(self, capture, counted):
        """Whether all of it counts already, and shall not be judged again.
        @param counted what the files belong to, as the store says"""
        holds = [each for each in counted.values() if capture.digests() <= each.files]
        if not holds:
            self._replaced(capture, counted)
            return False
        if self._is_otherwise(holds[0]):
            self._replaced(capture, counted)
            return False
        if capture.digest() in counted: # a loader that was killed may not have come to this
            replaced = self._replaced(capture, counted)
            self.store.withdraw(replaced)
            self._say_replaced(capture, replaced)
        return True

    @staticmethod
    def _replaced(capture, counted):
        """The captures whose place this one takes, as all their files are among its own."""
        others = {other: each.files for other, each in counted.items() if other != capture.digest()}
        for files in others.values():
            if not files <= capture.digests():
                raise CaptureProblem(f"{len(files & capture.digests())} of its {len(capture.digests())} files count"
                                     f" already, together with {len(files - capture.digests())} others: a packet"
                                     " would count twice")
        return list(others)

    def _say_replaced(self, capture, replaced):
        if replaced:
            self.screen.say(f"note: {capture.name}: replaces what was loaded of these files before (captures:"
                            f" {len(replaced)})")

    def _add(self, capture, judged):
        try:
            return self.store.add(capture, judged, self.options.line, self.judgement,
                                  lambda counted: self._replaced(capture, counted),
                                  lambda number: self.progress.add(rows=number))
        except StoreProblem as problem:
            with self.lock:
                self.refused += 1
                refused = self.refused
            if self.store.is_lost() or refused >= REFUSALS or self.store.who_is_away():
                raise
            raise CaptureProblem(problem) from None


def say_mixture(store, screen):
    for line, ways in store.judgements():
        screen.say(f"warning: line {shown(line)}: its captures were judged in {ways} ways, with other plugins,"
                   " preferences or labels: --again makes them one")


def _digests(captures):
    return set().union(*(capture.digests() for capture in captures))


def _files(counted):
    """Of all that the store counts."""
    return set().union(*(each.files for each in counted.values()))
