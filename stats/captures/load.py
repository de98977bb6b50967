#!/usr/bin/env python3
# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads what Scan Noise finds in many captures into one database.

    load.py [OPTION...] DATABASE CAPTURE|FOLDER...      into an SQLite file, which is made where there is none
    load.py --report FILE DATABASE                      writes one HTML page of all that is loaded
    load.py --host HOST --setup                         makes the tables on a cluster of ClickHouse servers
    load.py --host HOST [OPTION...] CAPTURE|FOLDER...   into these

Can be stopped at any time, or run into trouble, and be run again with the same captures: it goes on with those
that are not loaded yet. A capture is known by its content and counts once, however often it is loaded. It
counts when all its rows are there, and not before.
"""
import argparse
import os
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
import clickhouse.store
import sqlite.store
from clickhouse.server import Server
from loader import Loader, say_mixture
from progress import Screen
from report import ReportProblem, write_report
from scratch import Scratch
from shown import shown
from store import StoreProblem
from tshark import TsharkProblem
from watch import watch


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=__doc__.partition("\n\n")[2])
    parser.add_argument("names", nargs="*", metavar="NAME", help="the database (without --host), then captures and"
                        " folders with captures")
    parser.add_argument("--line", default="default", metavar="NAME",
                        help="where the captures were made: lines are counted each for itself (default)")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)),
                        help="captures at a time (as many as there are processors)")
    parser.add_argument("-o", action="append", default=[], metavar="NAME:VALUE", help="a preference, as in tshark")
    parser.add_argument("--together", dest="judged", action="store_const", const="together",
                        help="judge all files of a folder as one capture, however large, and those that overlap")
    parser.add_argument("--apart", dest="judged", action="store_const", const="apart",
                        help="judge each file for itself; files of a folder that follow each other in time are judged"
                        " together otherwise")
    parser.add_argument("--again", action="store_true", help="judge once more what was judged with another plugin, other"
                        " preferences or labels, or for another line; the new rows take the old ones' place")
    parser.add_argument("--remove", action="store_true", help="take these captures out of the database")
    parser.add_argument("--watch", action="store_true", help="go on for ever: load each file of these folders as soon as"
                        " there is a later one, as with a ring buffer of dumpcap")
    parser.add_argument("--report", metavar="FILE", help="write the page of tshark -z scannoise,report, of all captures of"
                        " the line, once these are loaded")
    parser.add_argument("--scratch", metavar="FOLDER", help="where tshark writes rows (the system's folder for"
                        " temporary files)")
    parser.add_argument("--host", help="any server of a ClickHouse cluster, in place of a database file")
    parser.add_argument("--port", type=int, default=9000, help="its port for clickhouse-client (9000)")
    parser.add_argument("--config-file", help="clickhouse-client's configuration: user, password, TLS")
    parser.add_argument("--setup", action="store_true", help="make the tables, on every server of the cluster")
    return checked(parser, parser.parse_intermixed_args())


def checked(parser, options):
    if options.setup and not options.host:
        parser.error("--setup: for ClickHouse, so name a server with --host; an SQLite file needs none")
    options.database = None if options.host or not options.names else options.names.pop(0)
    if not options.names and not options.setup and not (options.report and (options.host or options.database)):
        parser.error("name a database, and captures or folders with captures")
    options.together, options.apart = options.judged == "together", options.judged == "apart"
    if options.watch and (options.together or options.again or options.remove or not all(map(os.path.isdir, options.names))):
        parser.error("--watch: for folders, and not with --together, --again or --remove")
    if options.report and (options.watch or options.remove):
        parser.error("--report: not with --watch or --remove")
    if options.report and options.database and not options.names and not os.path.exists(options.database):
        parser.error(f"--report: {shown(options.database)}: there is no such database")
    if options.jobs < 1:
        parser.error("--jobs: at least one")
    if not options.line.isprintable():
        parser.error("--line: a name that prints, please")
    options.scratch = os.path.abspath(options.scratch or tempfile.gettempdir())
    if "," in options.scratch:
        parser.error(f"--scratch: {shown(options.scratch)}: tshark takes what follows a comma for a filter")
    return options


def open_store(options):
    if options.database:
        return sqlite.store.Store(options.database)
    return clickhouse.store.Store(Server(options.host, options.port, options.config_file))


def interrupt(*_):
    raise KeyboardInterrupt


def run(options):
    """@return the exit status: 0 when everything is loaded"""
    if options.setup:
        servers = clickhouse.store.set_up(Server(options.host, options.port, options.config_file))
        print(f"tables and views are on {', '.join(map(str, servers))}")
    if not options.names and not options.report:
        return 0
    store = open_store(options)
    try:
        if options.watch:
            watch(store, options)
        with Scratch(options.scratch) as folder:
            done = not options.names or load(store, options, folder)
            if options.report:
                if not options.names:
                    say_mixture(store, Screen())
                print(write_report(store, options, folder))
        return 0 if done else 1
    finally:
        store.close()


def load(store, options, folder):
    """@return True when all captures are loaded, or taken out"""
    loader = Loader(store, options, folder)
    return loader.remove() if options.remove else loader.run()


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return run(options)
    except (StoreProblem, TsharkProblem, ReportProblem) as problem:
        print(f"error: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"error: {shown(error.filename)}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped: run the same again to load what is missing", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
