# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The FILE of -z scannoise,flows: what it may be, what is refused, and that it is whole or what it was before."""
import array
import fcntl
import os
import resource
import signal
import socket
import stat
import subprocess
import termios
import threading
import time

import pytest

from suite import TABLE
from test_flows import TWIN

# Whatever columns came later: a file of an earlier version may be replaced, too.
BEGINNING = "first,last,ip_version,source,target,transport,port,"
OURS = BEGINNING + "technique,outcome,tool,packets,bytes,label,verdict\n"
OLD = OURS + "of yesterday\n"


@pytest.fixture
def flows(programs, suite, workdir):
    """flows(FILE, ..., before=("-M", "100"), **options) -> the finished tshark that writes flows of the twin there."""
    def run(*files, before=(), **options):
        words = [word for file in files for word in ("-z", f"scannoise,flows,{file}")]
        return programs.run(["tshark", "-n", "-q", *before, "-r", suite.path(TWIN), *words], **options)
    return run


@pytest.fixture
def rows(suite):
    """How many lines the whole of the twin's rows has, header included."""
    return len(suite.get("plain", TWIN).flows) + 1


@pytest.fixture
def make(programs, workdir):
    """make(name, text, mode) -> a file of the user who runs tshark."""
    def run(name, text=OLD, mode=0o644):
        path = workdir / name
        path.write_text(text)
        path.chmod(mode)
        return programs.account.own(path)
    return run


@pytest.fixture
def pipe(programs, workdir):
    os.mkfifo(workdir / "pipe")
    return programs.account.own(workdir / "pipe")


def is_whole(text, rows):
    return text.startswith(BEGINNING) and "of yesterday" not in text and text.endswith("\n") and text.count("\n") == rows


def nothing_else(workdir, *names):
    """Whether no file is there but these and what the tests have there themselves."""
    return {path.name for path in workdir.iterdir()} == {"home", "home-bare", *names}


# --- Where it goes --------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/PID/fd/1", "link",
                                  "link to link"])
@pytest.mark.parametrize("into", ["pipe", "file", "end of file"])
def test_standard_output(programs, suite, workdir, make, rows, name, into):
    """Whatever it is, and behind what Wireshark has printed. Links stay links, as root's /dev/stdout shall."""
    (workdir / "link").symlink_to("/proc/self/fd/1")
    (workdir / "link to link").symlink_to("link")
    out = make("out.csv", "before\n" if into == "end of file" else "")
    shell = ["bash", "-c", 'exec "${@//PID/$$}"', "bash"]      # becomes tshark, whose number it knows
    command = [*shell, "tshark", "-n", "-r", suite.path(TWIN), "-c", "10746", "-z", f"scannoise,flows,{name}"]
    with open(out, "a") as file:
        done = subprocess.run(command, stdout=subprocess.PIPE if into == "pipe" else file, stderr=subprocess.PIPE, text=True,
                              cwd=workdir, env=programs.environment(), timeout=100, **programs.account.credentials)
    assert (done.returncode, done.stderr) == (0, "")
    printed, header, rest = (done.stdout if into == "pipe" else out.read_text()).partition(BEGINNING)
    assert is_whole(header + rest, rows) and len(printed.splitlines()) == 10746 + (into == "end of file")
    assert printed.startswith("before\n" if into == "end of file" else "    1 ")
    assert (workdir / "link").readlink() == type(workdir)("/proc/self/fd/1")


def test_another_descriptor(flows, make, rows):
    with open(make("seven.csv", ""), "w") as file:
        done = flows(f"/dev/fd/{file.fileno()}", pass_fds=[file.fileno()])
    assert (done.returncode, done.stderr) == (0, "") and is_whole(open(file.name).read(), rows)


@pytest.mark.parametrize("text", ["", OLD], ids=["empty", "ours"])
def test_mode_is_kept(flows, make, workdir, rows, text):
    file = make("flows.csv", text, 0o604)
    assert flows(file).stderr == ""
    assert is_whole(file.read_text(), rows) and stat.S_IMODE(file.stat().st_mode) == 0o604
    assert nothing_else(workdir, "flows.csv")


def test_a_new_file_has_the_mode_that_the_umask_leaves(flows, workdir, rows):
    assert flows("flows.csv", umask=0o027).stderr == ""
    assert stat.S_IMODE((workdir / "flows.csv").stat().st_mode) == 0o640
    assert is_whole((workdir / "flows.csv").read_text(), rows)


@pytest.mark.parametrize("text", [OURS, OLD, OURS + "long\n" * 500_000], ids=["shorter", "short", "longer"])
def test_hard_links_are_kept(flows, make, workdir, rows, text):
    file = make("flows.csv", text)
    (workdir / "other.csv").hardlink_to(file)
    assert flows(file).stderr == ""
    assert (workdir / "other.csv").samefile(file) and is_whole(file.read_text(), rows)
    assert nothing_else(workdir, "flows.csv", "other.csv")


def test_an_owner_whom_we_cannot_give_a_file_is_kept(flows, make, rows):
    """For root it is root's file that the test user may write; for others the case is that of their own."""
    file = make("flows.csv", mode=0o666)
    if os.geteuid() == 0:
        os.chown(file, 0, 0)
    owner = file.stat().st_uid
    assert flows(file).stderr == ""
    assert file.stat().st_uid == owner and is_whole(file.read_text(), rows)


@pytest.mark.parametrize("text", [OLD, None], ids=["file", "nothing yet"])
def test_a_link_is_followed(flows, make, workdir, rows, text):
    (workdir / "folder").mkdir()
    (workdir / "folder").chmod(0o777)
    if text:
        make("folder/real.csv", text)
    (workdir / "link.csv").symlink_to("folder/real.csv")
    assert flows("link.csv").stderr == ""
    assert (workdir / "link.csv").is_symlink() and is_whole((workdir / "folder/real.csv").read_text(), rows)
    assert [path.name for path in (workdir / "folder").iterdir()] == ["real.csv"]


def test_a_pipe_is_written(flows, pipe, rows):
    """Also one whose reader comes a little later."""
    got = []

    def read():
        time.sleep(0.5)
        got.append(pipe.read_text())
    reader = threading.Thread(target=read)
    reader.start()
    done = flows(pipe)
    reader.join()
    assert done.stderr == "" and is_whole(got[0], rows) and stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_socket_is_written(programs, flows, workdir, rows):
    got = bytearray()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(workdir / "socket"))
        programs.account.own(workdir / "socket")
        server.listen()

        def read():
            with server.accept()[0] as peer:
                while data := peer.recv(1 << 16):
                    got.extend(data)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        done = flows("socket")
        reader.join(10)
    assert done.stderr == "" and is_whole(got.decode(), rows)


def test_a_device_is_written_not_replaced(flows):
    done = flows("/dev/full", "/dev/null", "/dev/null")
    assert done.stderr == "tshark: scannoise,flows: cannot write /dev/full: No space left on device\n"


# --- What is refused, before a packet is read ------------------------------------------------------

def refused(done):
    """What tshark says, in one line that a terminal can show, when it has not read a packet."""
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.count("\n") == 1 and done.stderr[:-1].isprintable(), done.stderr
    return done.stderr.removeprefix("tshark: scannoise,flows: ")[:-1]


@pytest.fixture
def folder(workdir):
    (workdir / "read-only").write_text(OLD)
    (workdir / "read-only").chmod(0o444)
    (workdir / "closed").mkdir(mode=0o555)
    (workdir / "loop").symlink_to("loop")
    return workdir


@pytest.mark.parametrize("file, reason", [
    ("nowhere/flows.csv", "No such file or directory"), ("", "Is a directory"), ("read-only", "Permission denied"),
    ("closed/flows.csv", "Permission denied"), ("read-only/flows.csv", "Not a directory"),
    ("loop", "Too many levels of symbolic links"), ("x" * 300, "File name too long")])
def test_a_file_that_cannot_be_written(flows, folder, file, reason):
    assert refused(flows(folder / file)) == f"cannot write {folder / file}: {reason}"
    assert (folder / "read-only").read_text() == OLD


@pytest.mark.parametrize("option, message", [
    ("scannoise,flows", "no file named: -z scannoise,flows,FILE[,filter]"),
    ("scannoise,flows,", "no file named: -z scannoise,flows,FILE[,filter]"),
    ("scannoise,flowsnever.csv", "-z scannoise,flowsnever.csv: no such statistic; there are endpoints,scannoise, "),
    ("scannoise,flows,never.csv,nonsense==", 'Filter "nonsense==" is invalid')])
def test_an_argument_that_is_wrong(tshark, suite, workdir, option, message):
    assert message in refused(tshark("-q", "-r", suite.path(TWIN), *TABLE, "-z", option, check=False))
    assert nothing_else(workdir)


@pytest.mark.parametrize("condition", [
    "ip.src==192.0.2.1", "ip.src == 192.0.2.0/24", "udp", "tcp.port in {22, 23}", "ip.scr==192.0.2.1", "!tcp && udp",
    "scannoise.scan", "tcp.port==22,x.csv"])
def test_a_filter_where_the_file_belongs(flows, workdir, condition):
    assert refused(flows(condition)) == \
        f"{condition} is a display filter, and no file named: -z scannoise,flows,FILE[,filter]"
    assert nothing_else(workdir)


@pytest.mark.parametrize("name", ["./udp", "udp.csv", "flows", "./a==b.csv"])
def test_a_file_that_is_called_nearly_like_a_filter(flows, workdir, rows, name):
    assert flows(name).stderr == ""
    assert is_whole((workdir / name).read_text(), rows)


@pytest.mark.parametrize("text", ["x", "first,last\n", OURS.upper(), "\0" * 1000, " " + OLD], ids=range(5))
def test_a_file_with_something_else_in_it(flows, make, text):
    file = make("thesis.txt", text)
    assert refused(flows(file)) == f"cannot write {file}: it has something else in it; remove it or name another file"
    assert file.read_text() == text


@pytest.mark.parametrize("way", ["name", "other name", "link", "hard link", "standard input"])
def test_the_capture_itself(programs, suite, workdir, way):
    path = workdir / "capture.pcapng"
    path.write_bytes(data := suite.path(TWIN).read_bytes())
    programs.account.own(path)
    (workdir / "link").symlink_to("capture.pcapng")
    (workdir / "hard").hardlink_to(path)
    file = {"other name": f"../{workdir.name}/capture.pcapng", "link": "link", "hard link": "hard"}.get(way, "capture.pcapng")
    source = "-" if way == "standard input" else "capture.pcapng"
    command = ["sh", "-c", f'tshark -n -q -r {source} -z "scannoise,flows,$0" <capture.pcapng', file]
    assert refused(programs.run(command)) == f"cannot write {file}: this run has it open, as its capture or an output"
    assert path.read_bytes() == data


def test_the_file_where_output_goes(programs, suite, workdir):
    """A new file in its place would have the rows, and the table would be in none."""
    command = ["sh", "-c", 'tshark -n -q -r "$0" -z scannoise,stat -z scannoise,flows,out.csv >out.csv', suite.path(TWIN)]
    assert "out.csv: this run has it open" in refused(programs.run(command))


@pytest.mark.parametrize("one, two", [
    ("a.csv", "a.csv"), ("a.csv", "./a.csv"), ("folder/../a.csv", "a.csv"), ("link", "a.csv"), ("folder/b.csv", "way/b.csv"),
    ("there.csv", "./there.csv"), ("there.csv", "hard.csv"), ("-", "/dev/stdout"), ("-", "-")])
def test_one_file_for_two(flows, make, workdir, one, two):
    (workdir / "folder").mkdir()
    (workdir / "folder").chmod(0o777)
    (workdir / "way").symlink_to("folder")
    (workdir / "link").symlink_to("a.csv")
    (workdir / "hard.csv").hardlink_to(make("there.csv"))
    said = refused(flows(one, two))
    assert said == f"cannot write {two.replace('-', 'standard output')}: it is named twice"
    assert not list(workdir.rglob("[ab].csv")) and (workdir / "there.csv").read_text() == OLD


def test_the_same_name_in_two_folders_is_two(flows, workdir, rows):
    (workdir / "folder").mkdir()
    (workdir / "folder").chmod(0o777)
    assert flows("a.csv", "folder/a.csv").stderr == ""
    assert is_whole((workdir / "a.csv").read_text(), rows) and is_whole((workdir / "folder/a.csv").read_text(), rows)


def test_a_pipe_without_a_reader(flows, pipe):
    begun = time.monotonic()
    assert refused(flows(pipe)) == f"cannot write {pipe}: nobody reads this pipe"
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("name", ["a\x1b[31m\x07.csv", "a\nb", "a\u202eb", "\x9b2J", "%s%n"])
def test_strange_names_are_shown_escaped(flows, workdir, name):
    shown = name.replace("\x1b", r"\x1b").replace("\x07", r"\x07").replace("\n", r"\x0a").replace("\u202e", r"\u202e")
    said = refused(flows(f"nowhere/{name}"))
    assert said == f"cannot write nowhere/{shown}: No such file or directory".replace("\x9b", r"\u009b")


def test_a_strange_name_in_a_warning(flows):
    """Which comes at the end, when the file is written."""
    said = flows("./a\nb\x1b[1m", before=("-o", "scannoise.max_memory:1")).stderr
    assert said.startswith(r"tshark: scannoise,flows: ./a\x0ab\x1b[1m: from frame ") and said.count("\n") == 1


# --- Whole, or what it was before ------------------------------------------------------------------

def limited():
    """A limit on the size of files stands for the disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@pytest.mark.parametrize("before", [(), ("-M", "500")], ids=["", "-M"])
@pytest.mark.parametrize("old", [OLD, None], ids=["replaced", "new"])
def test_a_disk_that_gets_full_leaves_no_half_file(flows, make, workdir, old, before):
    if old:
        make("flows.csv", old)
    done = flows("flows.csv", before=before, preexec_fn=limited)
    said = done.stderr.replace("resetting session.\n", "")
    assert said == "tshark: scannoise,flows: cannot write flows.csv: File too large\n"
    assert not old or (workdir / "flows.csv").read_text() == old
    assert nothing_else(workdir, *(["flows.csv"] if old else []))


def test_a_file_that_becomes_another_meanwhile(tshark, suite, workdir):
    """tshark writes it after we looked, when it begins to read."""
    done = tshark("-q", "-r", suite.path(TWIN), "-w", "both", "-z", "scannoise,flows,both")
    assert done.stderr == "tshark: scannoise,flows: cannot write both: it has something else in it; remove it or name another file\n"
    assert (workdir / "both").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


def start(programs, *words):
    """A tshark that prints a line for each frame that it has read."""
    return subprocess.Popen(["tshark", "-n", "-l", "-T", "fields", "-e", "frame.number", *words], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=programs.workdir,
                            env=programs.environment(), **programs.account.credentials)


def wait_for_frames(tshark, count):
    assert all(tshark.stdout.readline() for _ in range(count)), tshark.stderr.read()


@pytest.fixture
def interrupted(programs, suite, workdir):
    """interrupted(signal, *words) -> (exit status, stderr): tshark gets it in the middle of a capture from a pipe."""
    def run(number, *words):
        data = suite.path(TWIN).read_bytes()
        tshark = start(programs, "-r", "-", *words)
        tshark.stdin.write(data[:len(data) // 2])
        tshark.stdin.flush()
        wait_for_frames(tshark, 3000)       # some sessions of -M are over
        tshark.send_signal(number)
        _, said = tshark.communicate(data[len(data) // 2:], timeout=60)
        return tshark.returncode, said.decode()
    return run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("old", [OLD, None], ids=["replaced", "new"])
def test_a_signal_leaves_no_half_file(interrupted, make, workdir, old, number):
    """From Wireshark 4.6 on a signal but SIGKILL ends the reading, not the program, and whether statistics are asked
    for what was read differs between its versions: 4.6.9 does not ask them."""
    if old:
        make("flows.csv", old)
    status, _ = interrupted(number, "-M", "500", "-z", "scannoise,flows,flows.csv")
    file = workdir / "flows.csv"
    if status == 0 and file.exists() and file.read_text() != old:
        text = file.read_text()
        assert is_whole(text, text.count("\n")) and text.count("\n") > 1000 and nothing_else(workdir, "flows.csv")
    else:
        assert not old or file.read_text() == old
        assert nothing_else(workdir, *(["flows.csv"] if old else []))


@pytest.mark.parametrize("before", [("-c", "3000"), ("-M", "500", "-c", "3000")])
def test_a_count_that_ends_it(tshark, suite, workdir, before):
    tshark("-q", *before, "-r", suite.path(TWIN), "-z", "scannoise,flows,flows.csv")
    text = (workdir / "flows.csv").read_text()
    assert is_whole(text, text.count("\n")) and 1000 < text.count("\n") <= 3001 and nothing_else(workdir, "flows.csv")


def test_a_capture_with_an_error_is_exported_as_far_as_it_goes(programs, suite, workdir):
    (workdir / "cut.pcapng").write_bytes(suite.path(TWIN).read_bytes()[:500_001])
    done = programs.run(["tshark", "-n", "-q", "-M", "500", "-r", "cut.pcapng", "-z", "scannoise,flows,flows.csv"])
    text = (workdir / "flows.csv").read_text()
    assert done.returncode != 0 and is_whole(text, text.count("\n"))
    assert text.count("\n") > 1000 and nothing_else(workdir, "cut.pcapng", "flows.csv")


def test_a_reader_that_goes_away(flows, pipe, workdir, rows):
    """It is named, and the other file is written."""
    reader = subprocess.Popen(["head", "-c", "100", pipe], stdout=subprocess.DEVNULL)
    done = flows(pipe, "other.csv")
    reader.wait()
    assert done.stderr == f"tshark: scannoise,flows: cannot write {pipe}: Broken pipe\n"
    assert is_whole((workdir / "other.csv").read_text(), rows)


def test_a_reader_that_does_not_read(programs, suite, pipe):
    """A signal ends the waiting, although Wireshark lets none end a write()."""
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    tshark = start(programs, "-r", suite.path(TWIN), "-z", f"scannoise,flows,{pipe}")
    wait_for_frames(tshark, 10746)
    while not full(reader):
        time.sleep(0.05)
    tshark.terminate()
    assert tshark.communicate(timeout=30)[1].decode().splitlines()[0] == \
        f"tshark: scannoise,flows: cannot write {pipe}: Interrupted system call"
    os.close(reader)


def full(pipe):
    """Whether a pipe has all that it can hold: tshark waits."""
    waiting = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    return waiting[0] > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - 4096
