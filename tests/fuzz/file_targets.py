# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""FILEs of -z scannoise,flows for hypothesis: every kind of thing that a name may stand for, and what README says of it."""
import os
import socket
import stat
from dataclasses import dataclass

from hypothesis import strategies as st

# Of every version, whatever columns came later.
HEADER = b"first,last,ip_version,source,target,transport,port,"
OLD = HEADER + b"technique,outcome,tool,packets,bytes,label,verdict\nof yesterday\n"
WRITTEN, REFUSED, FAILS = "written", "refused", "fails at the end"

# How each kind comes to be, as a function of a folder and a name in it, and what becomes of it.
KINDS = {}


def kind(becomes):
    def register(function):
        KINDS[function.__name__] = (function, becomes)
        return function
    return register


@kind(WRITTEN)
def nothing_yet(folder, name, capture):
    pass


@kind(WRITTEN)
def empty(folder, name, capture):
    (folder / name).write_bytes(b"")


@kind(WRITTEN)
def ours(folder, name, capture):
    (folder / name).write_bytes(OLD)
    (folder / name).chmod(0o640)


@kind(REFUSED)
def something_else(folder, name, capture):
    (folder / name).write_bytes(b"%PDF-1.4\n")


@kind(REFUSED)
def read_only(folder, name, capture):
    ours(folder, name, capture)
    (folder / name).chmod(0o444)


@kind(WRITTEN)
def one_of_two_names(folder, name, capture):
    ours(folder, name, capture)
    (folder / "other name").hardlink_to(folder / name)


@kind(WRITTEN)
def link_to_ours(folder, name, capture):
    ours(folder, "linked", capture)
    (folder / name).symlink_to("linked")


@kind(WRITTEN)
def link_to_nothing(folder, name, capture):
    (folder / name).symlink_to("linked")


@kind(REFUSED)
def link_to_itself(folder, name, capture):
    (folder / name).symlink_to(name)


@kind(REFUSED)
def the_capture(folder, name, capture):
    (folder / name).hardlink_to(capture)


@kind(REFUSED)
def link_to_the_capture(folder, name, capture):
    (folder / name).symlink_to(capture)


@kind(REFUSED)
def a_folder(folder, name, capture):
    (folder / name).mkdir()


@kind(REFUSED)
def pipe_that_nobody_reads(folder, name, capture):
    os.mkfifo(folder / name)


@kind(REFUSED)
def socket_that_nobody_hears(folder, name, capture):
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(folder, os.O_RDONLY)     # names of sockets are short
        server.bind(f"/proc/self/fd/{here}/{name}")
        os.close(here)


@kind(WRITTEN)
def link_to_null(folder, name, capture):
    (folder / name).symlink_to("/dev/null")


@kind(FAILS)
def link_to_full(folder, name, capture):
    (folder / name).symlink_to("/dev/full")


@kind(WRITTEN)
def link_to_standard_output(folder, name, capture):
    (folder / name).symlink_to("/proc/self/fd/1")


# No comma, which ends the name; what may stand for a filter is left to the tests of that.
LETTERS = st.characters(blacklist_characters="/,\0<>=!&|", blacklist_categories=("Cs",))
NAMES = st.one_of(st.sampled_from(["flows.csv", "a b.csv", "-x", "%s%n", "\x1b[31m.csv", "a\nb", "\u202egpj.csv", "..csv"]),
                  st.text(LETTERS, min_size=1, max_size=20).filter(lambda name: name not in (".", "..")))


@dataclass(frozen=True)
class Target:
    kind: str
    name: str           # in the folder
    prefix: str         # before the name, on the command line

    def make(self, folder, capture):
        KINDS[self.kind][0](folder, self.name, capture)

    @property
    def argument(self):
        return self.prefix + self.name

    @property
    def becomes(self):
        return KINDS[self.kind][1]


def targets(kinds=tuple(KINDS)):
    return st.builds(Target, st.sampled_from(kinds), NAMES, st.sampled_from(["./", ".//", "../folder/"]))


def seen(folder):
    """What somebody sees of a folder: {name: (type and mode, names, content or where it leads)}."""
    return {entry.name: look(entry) for entry in os.scandir(folder)}


def look(entry):
    status = entry.stat(follow_symlinks=False)
    content = None
    if entry.is_symlink():
        content = os.readlink(entry.path)
    elif stat.S_ISREG(status.st_mode):
        with open(entry.path, "rb") as file:
            content = file.read()
    return status.st_mode, status.st_nlink, content
