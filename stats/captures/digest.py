# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file is known by."""
import gzip
import hashlib
import os
import shutil
import zlib

from programs import start

BUFFER = 1 << 20
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def digest_of(file):
    """SHA-256 of a file's content, 64 hexadecimal digits; of what is compressed in it, as the packets are the same.
    What can't be unpacked is known by its bytes."""
    with open(file, "rb") as stream:
        begin = stream.read(4)
        stream.seek(0)
        digest = None
        if begin.startswith(GZIP):
            digest = _of_gzip(stream)
        elif begin == ZSTD and shutil.which("zstd"):
            digest = _of_zstd(stream)
        if digest:
            return digest
        stream.seek(0)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _of(stream):
    digest = hashlib.sha256()
    while part := stream.read(BUFFER):
        digest.update(part)
    return digest.hexdigest()


def _of_gzip(stream):
    try:
        with gzip.open(stream) as content:
            return _of(content)
    except (OSError, EOFError, zlib.error):
        return None


def _of_zstd(stream):
    os.lseek(stream.fileno(), 0, os.SEEK_SET)      # of what is buffered here, zstd would see nothing
    process = start(["zstd", "-dcq"], stdin=stream)
    with process:
        digest = _of(process.stdout)
    return digest if process.returncode == 0 else None
