"""Files that only who has the private key can read, by `age` (https://age-encryption.org), as streams.

Anybody with `age` can open such a file without this software. What has no recipient is a plain file.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, BinaryIO

from instrument_share.upkeep.errors import UpkeepError

SUFFIX = ".age"
PIECE = 1 << 20


@contextmanager
def writing(file: Path, recipient: str) -> Iterator[BinaryIO]:
    """Yield a stream whose content ends up in `file`, encrypted for `recipient`, on the disk.

    The file is read back at the end and has to be what was written. Nobody else may read it.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        hashed = _Hashed(target)
        if recipient:
            with _encrypted(hashed, recipient) as stream:
                yield stream
        else:
            yield hashed  # type: ignore[misc]
        target.flush()
        os.fsync(target.fileno())
    if digest_of(file) != hashed.digest.hexdigest():
        raise UpkeepError(f"{file} does not read as it was written. Look at the disk.")


@contextmanager
def _encrypted(target: "_Hashed", recipient: str) -> Iterator[BinaryIO]:
    process = _start("--encrypt", "--recipient", recipient, stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    problem: list[OSError] = []
    pump = Thread(target=_pump, args=(process.stdout, target, problem))
    pump.start()
    try:
        yield process.stdin  # type: ignore[misc]
        process.stdin.close()
    except BrokenPipeError:
        _close_broken(process.stdin)  # age says why below, or the disk does
    except BaseException:
        process.kill()
        _close_broken(process.stdin)
        raise
    finally:
        pump.join()
        said = _read_words(process)
        process.wait()
    if problem:
        raise problem[0]
    if process.returncode:
        raise UpkeepError(f"age could not encrypt: {said.strip()}")


def _close_broken(stream: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        stream.close()


def _pump(source: IO[bytes], target: "_Hashed", problem: list[OSError]) -> None:
    try:
        shutil.copyfileobj(source, target, PIECE)
    except OSError as error:  # the disk is full
        problem.append(error)
    finally:
        source.close()


@contextmanager
def reading(file: Path, identity: Path | None) -> Iterator[BinaryIO]:
    """Yield the content of a backup. Raises UpkeepError where the key is missing or another one's."""
    if file.suffix != SUFFIX:
        with file.open("rb") as plain:
            yield plain
        return
    if identity is None:
        raise UpkeepError(f"{file} is encrypted. Name the file with the private key: --identity FILE.")
    process = _start("--decrypt", "--identity", str(identity), str(file), stdin=subprocess.DEVNULL)
    assert process.stdout
    try:
        yield process.stdout  # type: ignore[misc]
    finally:
        while process.stdout.read(PIECE):
            pass  # to the end, or age would blame who stopped listening
        process.stdout.close()
        said = _read_words(process)
        if process.wait():
            raise UpkeepError(f"age could not decrypt {file}: {said.strip()}")


def _start(*arguments: str, stdin: int) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603
            ["age", *arguments],  # noqa: S607 - wherever the system has it
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise UpkeepError("The program age is missing: apt-get install age.") from error


def _read_words(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr
    with process.stderr as words:
        return words.read().decode(errors="replace")


class _Hashed:
    """Writes to a file and hashes what it writes."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self.digest = target, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._target.write(data)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
