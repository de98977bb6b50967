# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A desktop for one Wireshark user: a display nobody sees, a window manager, and the accessibility bus.

All of it runs as that user. The keys, the mouse, the clipboard and the pictures are here; what a window
says is read in accessible.py.
"""
import os
import shutil
import subprocess
from contextlib import ExitStack

from waiting import until

SCREEN = "1600x1100x24"
MANAGER_SETTINGS = '<openbox_config xmlns="http://openbox.org/3.4/rc"/>\n'      # defaults, and nobody's own
PROGRAMS = ("wireshark", "Xvfb", "openbox", "dbus-daemon", "dbus-send", "xdotool", "xclip", "import", "convert")


def why_not():
    """Why there can be no desktop on this machine; None when there can."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        return f"not installed: {' '.join(missing)}"
    try:
        import gi
        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError) as reason:
        return f"no accessibility interface for Python: {reason}"
    return None


class Desktop:
    """Use it in a with statement: leaving it ends all that it started."""

    def __init__(self, folder, credentials, env, own=lambda path: path):
        """
        @param folder       temporary files, reachable for the user
        @param credentials  arguments of subprocess.Popen that make it run as the user
        @param env          the user's environment, without a display
        @param own          hands a path over to the user
        """
        self.folder, self.credentials = folder, credentials
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.env = {**env, "XDG_RUNTIME_DIR": str(own(runtime)), "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
                    "NO_AT_BRIDGE": "1",        # openbox and its like need not be read
                    "WIRESHARK_EXTCAP_DIR": str(runtime),       # none: they would outlive it, asked for devices
                    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus"}
        self.running = ExitStack()

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.running.close()
            raise
        return self

    def __exit__(self, *reason):
        self.running.close()

    def _start(self):
        self.env["DISPLAY"] = f":{self._start_display()}"
        self.start("dbus-daemon", "--session", "--nofork", "--nopidfile",
                   f"--address={self.env['DBUS_SESSION_BUS_ADDRESS']}")
        settings = self.folder / "openbox.xml"
        settings.write_text(MANAGER_SETTINGS)
        self.start("openbox", "--sm-disable", "--config-file", settings)
        self.accessibility_bus = until("no accessibility bus", self._ask_for_bus)
        until("no window manager", lambda: self.run("xdotool", "get_num_desktops"),
              passing=subprocess.CalledProcessError)

    def _start_display(self):
        """Xvfb takes a free number itself and writes it to a pipe."""
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        self.start("Xvfb", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset", "-displayfd", str(writer),
                   pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        assert number, f"Xvfb did not start: {(self.folder / 'Xvfb.log').read_text()}"
        return number

    def _ask_for_bus(self):
        done = subprocess.run(["dbus-send", "--session", "--print-reply=literal", "--dest=org.a11y.Bus",
                               "/org/a11y/bus", "org.a11y.Bus.GetAddress"], env=self.env, capture_output=True,
                              text=True, **self.credentials)
        return done.stdout.strip() if done.returncode == 0 else None

    # --- Programs --------------------------------------------------------------------------------

    def start(self, *command, pass_fds=(), env=None, stdin=subprocess.DEVNULL):
        """Starts a program that ends with the desktop, if not before; its output goes to a log."""
        with open(self.log(command[0]), "ab") as log:
            process = subprocess.Popen([str(word) for word in command], cwd=self.folder, pass_fds=pass_fds,
                                       env=env or self.env, stdin=stdin, stdout=log,
                                       stderr=subprocess.STDOUT, **self.credentials)
        self.running.callback(end, process)
        return process

    def log(self, program):
        return self.folder / f"{program}.log"

    def run(self, *command):
        """Runs a program on the display to its end; returns what it says."""
        return subprocess.run([str(word) for word in command], env={**os.environ, "DISPLAY": self.env["DISPLAY"]},
                              capture_output=True, text=True, check=True, timeout=30).stdout

    # --- Hands and eyes --------------------------------------------------------------------------

    def key(self, *keys):
        self.run("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text):
        """Where the keys go now; for fields that listen to keys only."""
        self.run("xdotool", "type", "--clearmodifiers", text)

    def click(self, x, y, button=1, times=1):
        self.run("xdotool", "mousemove", x, y, "click", "--repeat", times, "--delay", 50, button)

    def windows(self, pid=None):
        """X's numbers of the visible windows that have a title, in no order: {number: title}. With pid those
        of that process alone."""
        by = ["--all", "--pid", pid] if pid else []
        try:
            numbers = self.run("xdotool", "search", "--onlyvisible", *by, "--name", ".").split()
            return {number: self.run("xdotool", "getwindowname", number).rstrip("\n") for number in numbers}
        except subprocess.CalledProcessError:
            return {}           # none at all, or one of them just went

    def bring_up(self, number, size=None):
        """Raises a window and gives it the keys."""
        if size:
            self.run("xdotool", "windowsize", "--sync", number, *size)
        self.run("xdotool", "windowactivate", "--sync", number)

    def forget_copied(self):
        subprocess.run(["xclip", "-selection", "clipboard", "-in"], input=b"", check=True,
                       env={**os.environ, "DISPLAY": self.env["DISPLAY"]}, stdout=subprocess.DEVNULL)

    def copied(self):
        """Text in the clipboard; empty when there is none."""
        done = subprocess.run(["xclip", "-selection", "clipboard", "-out"], capture_output=True, text=True,
                              env={**os.environ, "DISPLAY": self.env["DISPLAY"]}, timeout=30)
        return done.stdout

    def picture(self, path, window="root", *conversion):
        """Saves what the screen or a window shows; conversion is ImageMagick's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", window, *conversion, path)


def end(process):
    """Ends a process that was started here, and only that."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
