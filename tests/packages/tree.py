# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian in a folder, and who works in it."""
import shutil
import subprocess

from making import REPO

USER = "visitor"


class Tree:
    def __init__(self, root):
        self.root = root

    def run(self, *command, check=True, user=None):
        """Runs a command as root, or as the user; returns it done, with what it said on both streams."""
        if user:
            command = ("runuser", "-u", user, "--", "env", f"HOME=/home/{user}", *command)
        done = subprocess.run(["sh", REPO / ".ci/inside.sh", self.root, *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        assert not check or done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout}"
        return done

    def apt(self, *words, **keywords):
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "apt", "-y", *words, **keywords)

    def types(self, command):
        """What a page says, as root in /opt. It answers apt's questions with yes, and wants nothing that packages only
        recommend."""
        (self.root / "opt/apt.conf").write_text('APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n')
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "APT_CONFIG=/opt/apt.conf", "sh", "-ec",
                        f"cd /opt; {command}")

    def copy_in(self, path, folder="."):
        """Copies a file to the tree's /opt, or to a folder in it; returns its name there."""
        (self.root / "opt" / folder).mkdir(exist_ok=True)
        shutil.copy(path, self.root / "opt" / folder)
        return f"/opt/{path.name}"

    def add_user(self):
        self.run("useradd", "--create-home", USER)

    def files(self):
        """Every path but what runs, is temporary, or is the package manager's own record."""
        left_out = ("proc", "sys", "dev", "run", "tmp", "opt", "home", "var/lib/dpkg", "var/lib/apt", "var/cache",
                    "var/log")
        found = set()
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if not any(name == folder or name.startswith(f"{folder}/") for folder in left_out):
                found.add(name)
        return found
