#!/usr/bin/env python3
"""Verify a receipt of a use with Python's standard library alone, offline.

    python3 verify_receipt.py RECEIPT.json --key KEY [--checkpoint FILE [--proof FILE]]

KEY is the platform's public key as `/log/key` gives it (`name+id+key`), in a file or as it stands. You should
have it from somewhere else than the receipt: printed, from a colleague, from an earlier visit.

With a newer checkpoint (`/log/checkpoint`) and the proof that the log only grew
(`/api/v1/log/consistency?old=…&new=…`), it is also shown that the log of that time still contains the entry.
The format is described in docs/receipts.md. Exit code 0: everything is proven; 1: something is not.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

# --- Ed25519 (RFC 8032, 5.1); only to verify, so that time and secrets do not matter ------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Add two points in extended coordinates."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number, point):
    """Add a point to itself so many times."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def is_equal(a, b):
    """Compare two points."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def find_x(y, sign):
    """Return the x of a point on the curve, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def read_point(content):
    """Return the point that 32 bytes stand for, or None."""
    number = int.from_bytes(content, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = find_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = find_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public, message, signature):
    """Return whether an Ed25519 signature of 64 bytes is valid."""
    key, r = read_point(public), read_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER or len(signature) != 64:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    return is_equal(multiply(s, BASE), add(r, multiply(int.from_bytes(digest, "little") % ORDER, key)))


# --- Hash trees (RFC 9162, 2.1) ----------------------------------------------------------------------------


def leaf_of(line):
    """Return the hash of the leaf of a line."""
    return hashlib.sha256(b"\x00" + hashlib.sha256(line.encode()).hexdigest().encode()).digest()


def node(left, right):
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf, index, size, path):
    """Return the root to which a proof of inclusion leads, or None."""
    last, root, rest = size - 1, leaf, list(path)
    while last > 0:
        if not rest:
            return None
        if index & 1 or index == last:
            root = node(rest.pop(0), root)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            root = node(root, rest.pop(0))
        index, last = index >> 1, last >> 1
    return None if rest else root


def has_grown(old, old_root, new, new_root, path):
    """Return whether a proof shows that the newer tree begins with the older one."""
    if old == new:
        return old_root == new_root and not path
    rest = list(path) if old & (old - 1) else [old_root, *path]
    if not 0 < old < new or not rest:
        return False
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = rest.pop(0)
    for one in rest:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = node(one, first), node(one, second)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            second = node(second, one)
        index, last = index >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


# --- Checkpoints and receipts ------------------------------------------------------------------------------


def read_key(text):
    """Return the name, the id and the 32 bytes of a key."""
    name, key_id, written = text.strip().split("+", 2)
    public = base64.b64decode(written)
    expected = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    if public[:1] != b"\x01" or len(public) != 33 or bytes.fromhex(key_id) != expected:
        raise ValueError("The key is not an Ed25519 key of a signed note.")
    return name, expected, public[1:]


def read_checkpoint(note, key):
    """Return the size, the root and the time of a checkpoint that the key has signed."""
    name, key_id, public = key
    body, _, signatures = note.partition("\n\n")
    body += "\n"
    for line in signatures.splitlines():
        signer, _, written = line.removeprefix("— ").partition(" ")
        content = base64.b64decode(written)
        if (signer, content[:4]) == (name, key_id) and is_signed(public, body.encode(), content[4:]):
            _origin, size, root, at = body.splitlines()
            return int(size), base64.b64decode(root), at
    raise ValueError("The checkpoint is not signed by this key.")


def verify(receipt, key, newer=None, growth=None):
    """Return what a receipt proves, one sentence a line. Raises ValueError if it proves nothing."""
    size, root, at = read_checkpoint(receipt["checkpoint"], key)
    path = [bytes.fromhex(one) for one in receipt["proof"]]
    leaf = leaf_of(receipt["line"])
    if not 0 <= receipt["index"] < size or root_of(leaf, receipt["index"], size, path) != root:
        raise ValueError("The proof does not lead to the checkpoint: something in the receipt was changed.")
    entry = json.loads(receipt["line"])
    proven = [
        f"{entry['kind']} {entry['row']['id']} on instrument {entry['instrument']}, entry {entry['number']}",
        *(f"{name}: {value}" for name, value in entry["row"].items() if name != "id" and value is not None),
        f"recorded {entry['recorded_at']}; in the log {key[0]} before {at}, place {receipt['index']}",
    ]
    if newer is None:
        return proven
    new_size, new_root, new_at = read_checkpoint(newer, key)
    if not has_grown(size, root, new_size, new_root, [bytes.fromhex(one) for one in growth or []]):
        raise ValueError(f"The log of {new_at} does not continue that of the receipt: it was rewritten.")
    return [*proven, f"and the log of {new_at} still contains it"]


def main(arguments=None):
    """Read the files that are named and print what they prove."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("receipt", type=Path)
    parser.add_argument("--key", required=True, help="the public key, or a file with it")
    parser.add_argument("--checkpoint", type=Path, help="a newer checkpoint")
    parser.add_argument("--proof", type=Path, help="the proof from the one to the other (JSON)")
    given = parser.parse_args(arguments)
    key = given.key if "+" in given.key else Path(given.key).read_text(encoding="utf-8")
    newer = given.checkpoint.read_text(encoding="utf-8") if given.checkpoint else None
    growth = json.loads(given.proof.read_text(encoding="utf-8"))["proof"] if given.proof else None
    try:
        receipt = json.loads(given.receipt.read_text(encoding="utf-8"))
        print("\n".join(["Proven:", *verify(receipt, read_key(key), newer, growth)]))
    except (ValueError, KeyError, TypeError) as error:
        print(f"Not proven. {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
