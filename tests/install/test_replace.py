# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""However cmake and dpkg replace the plugin, a tshark that runs keeps the one it has loaded, and the next gets the
new one."""
import os
import shutil
import subprocess

import pytest


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def readable(folder):
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def check(machine, busy, plugin, install, new):
    """Replaces the installed plugin by the new one while tshark runs.
    @param plugin where it is installed
    @param install does so
    @param new the file whose content is to be there"""
    machine.environment["WIRESHARK_PLUGIN_DIR"] = str(plugin.parents[2])
    before = plugin.stat().st_ino
    running = busy()
    install()
    # Still open, so its number is not given to another file.
    assert plugin.stat().st_ino != before
    assert plugin.read_bytes() == new.read_bytes()
    assert "Unsolicited scans" in running.finish()
    assert [path.name for path in plugin.parent.iterdir()] == ["scannoise.so"], "it is the only file there"


@pytest.fixture
def another(plugin_file, workdir):
    """The same plugin in other bytes."""
    path = workdir / "another.so"
    path.write_bytes(plugin_file.read_bytes() + b"another build")
    return path


@pytest.mark.parametrize("staged", [False, True], ids=("prefix", "DESTDIR"))
def test_cmake_install(machine, busy, build_folder, workdir, another, staged):
    top = workdir / "top"
    command = ["cmake", "--install", build_folder] + ([] if staged else ["--prefix", top])
    environment = {"DESTDIR": str(top)} if staged else {}

    def install():
        run(*command, **environment)
        readable(top)
    install()
    plugin, = top.rglob("scannoise.so")
    os.replace(another, plugin)
    plugin.chmod(0o644)
    check(machine, busy, plugin, install, build_folder / "scannoise.so")


def test_cmake_install_without_room_leaves_the_old_plugin(build_folder, workdir, another):
    top = workdir / "top"
    command = ["cmake", "--install", build_folder, "--prefix", top]
    run(*command)
    plugin, = top.rglob("scannoise.so")
    content = another.read_bytes()
    os.replace(another, plugin)
    # No file may become larger than 32 blocks of 512 bytes: far less than the plugin has.
    limited = ["sh", "-c", 'ulimit -f 32; exec "$@"', "sh", *command]
    done = subprocess.run(limited, capture_output=True, timeout=120)
    assert done.returncode != 0 and plugin.read_bytes() == content


def test_cmake_uninstall_leaves_nothing(build_folder, workdir):
    top = workdir / "top"
    run("cmake", "--install", build_folder, DESTDIR=str(top))
    assert list(top.rglob("*scannoise*"))
    run("cmake", "--build", build_folder, "--target", "uninstall", DESTDIR=str(top))
    assert [path for path in top.rglob("*") if not path.is_dir()] == []
    assert not [path for path in top.rglob("*") if path.name in ("scannoise", "Scan Noise", "pictures")]


def test_cmake_uninstall_keeps_a_changed_profile(build_folder, workdir):
    top = workdir / "top"
    run("cmake", "--install", build_folder, DESTDIR=str(top))
    profile, = top.rglob("Scan Noise")
    files = {path.name for path in profile.iterdir()}
    (profile / "colorfilters").write_text("# mine\n")
    said = run("cmake", "--build", build_folder, "--target", "uninstall", DESTDIR=str(top))
    assert f"Kept, as it was changed: {profile}" in said
    assert {path.name for path in profile.iterdir()} == files
    assert {path.parent for path in top.rglob("*") if not path.is_dir()} == {profile}


@pytest.fixture
def debian(workdir):
    """debian(WORD...) runs dpkg on a machine in a folder, on which nothing is installed."""
    root = workdir / "root"
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/updates").mkdir()
    (root / "var/lib/dpkg/triggers").mkdir()
    (root / "var/lib/dpkg/status").touch()
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    # It believes to be root, as whom the packages' files belong to.
    return root, lambda *words: run("fakeroot", "dpkg", f"--root={root}", "--force-depends", *words, PATH=path)


def test_package(machine, busy, build_folder, workdir, debian):
    """The old package is the new one with a plugin of other bytes."""
    root, dpkg = debian
    run("cpack", "--config", build_folder / "CPackConfig.cmake", "-B", workdir / "packages")
    package, = (workdir / "packages").glob("*.deb")
    unpacked = workdir / "unpacked"
    run("dpkg-deb", "--raw-extract", package, unpacked)
    shipped, = unpacked.rglob("scannoise.so")
    new = shutil.copyfile(shipped, workdir / "new.so")
    with open(shipped, "ab") as file:
        file.write(b"an older build")
    run("dpkg-deb", "--root-owner-group", "--build", unpacked, workdir / "old.deb")
    before = {path for path in root.rglob("*") if "dpkg" not in path.parts}
    dpkg("--install", workdir / "old.deb")
    plugin, = root.rglob("scannoise.so")
    check(machine, busy, plugin, lambda: dpkg("--install", package), new)
    dpkg("--purge", "scannoise")
    left = {path for path in root.rglob("*") if "dpkg" not in path.parts} - before
    assert not [path for path in left if not path.is_dir() and "var" not in path.parts], left
    assert not [path for path in left if path.name in ("scannoise", "Scan Noise")], left
