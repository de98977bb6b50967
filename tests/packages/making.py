# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a package with the commands that README names."""
import os
import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
EPOCH = "1700000000"        # the time in what is made here


def make_package(source, build, umask=0o022, zone="UTC"):
    """cpack's package of a checkout, built in a folder."""
    env = {**os.environ, "TZ": zone, "SOURCE_DATE_EPOCH": EPOCH}
    Path(build).mkdir(parents=True)
    for command in (["cmake", "-S", source, "-B", "."], ["cmake", "--build", ".", "--parallel", "2"], ["cpack"]):
        done = subprocess.run(command, cwd=build, env=env, umask=umask, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300)
        assert done.returncode == 0, f"{command}: {done.stdout}"
    made = list(Path(build).glob("*.deb"))
    assert len(made) == 1, made
    return made[0]
