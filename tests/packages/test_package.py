# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a package is, before anybody installs it."""
import shutil
import subprocess

from making import REPO, make_package


# The page that Wireshark's Tools menu opens has to lie where the plugin can find it. And read() and poll() go to
# arrays whose sizes the compiler knows: it checks these itself, so that none is left for the C library to check.
UNWANTED = ("package-contains-documentation-outside-usr-share-doc", "hardening-no-fortify-functions")
LINTIAN = ("lintian", "--pedantic", "--display-info", "--allow-root", "--fail-on", "error,warning,info,pedantic",
           "--suppress-tags", ",".join(UNWANTED))


def test_lintian_finds_nothing(package):
    done = subprocess.run([*LINTIAN, package], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


def test_depends_on_one_minor_version_of_wireshark(control, series):
    depends = control("Depends").split(", ")
    major, minor = series.split(".")
    library = depends[0].split()[0]
    assert library.startswith("libwireshark")
    assert {f"{library} (>= {series})", f"{library} (<< {major}.{int(minor) + 1}~)"} <= set(depends)


def test_two_builds_are_the_same_bytes(own_package, scratch):
    """In folders of other names, with another umask and time zone."""
    source = scratch / "another/place/of another name"
    shutil.copytree(REPO, source, ignore=shutil.ignore_patterns("build*", ".git"))
    again = make_package(source, scratch / "another/build", umask=0o077, zone="Asia/Tokyo")
    assert again.name == own_package.name
    assert again.read_bytes() == own_package.read_bytes()
