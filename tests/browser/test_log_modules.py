"""The browser's trees, notes, checkpoints and trust files, held against those of the Python log room."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, cosign_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import (
    Hash,
    ReadHashes,
    Subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
)
from escrutinio.core.log.notes import KeyType, VerifierKey, parse_vkey
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.tiles import ENTRIES, Frontier, TileName, tile_names
from escrutinio.core.log.trust import Trust, format_trust, parse_trust
from tests.core.log.builders import NOW, cosigner, signer

if TYPE_CHECKING:
    from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser

SIZES = [1, 2, 3, 7, 255, 256, 257, 1_000]
BIG = 70_000


def leaves(size: int) -> list[Hash]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def source_of(hashes: list[Hash]) -> ReadHashes:
    return lambda subtrees: [tree_root(hashes[n << level : (n + 1) << level]) for level, n in subtrees]


def hexes(hashes: Iterable[bytes]) -> list[str]:
    return [value.hex() for value in hashes]


_LEAVES = """
const leaf = (n) => it.leafHash(Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n));
const leaves = (size) => Array.from({ length: size }, (_, n) => leaf(n));
const hashAt = (hashes) => async (level, i) =>
  it.treeRoot(hashes.slice(i * 2 ** level, (i + 1) * 2 ** level));
const unhex = (list) => list.map(bytes.fromHex);
"""


def test_roots_are_those_of_python(js: Modules) -> None:
    code = _LEAVES + "return args[0].map((size) => bytes.toHex(it.treeRoot(leaves(size))))"
    sizes = [0, *SIZES, BIG]
    assert js.value("merkle", code, sizes) == [tree_root(leaves(size)).hex() for size in sizes]


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_proofs_are_those_of_python_and_verify(js: Modules, size: int) -> None:
    indexes = sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size)))
    code = (
        _LEAVES
        + """
    const [size, indexes] = args;
    const hashes = leaves(size);
    return Promise.all(indexes.map(async (index) => {
      const proof = await it.inclusionProof(index, size, hashAt(hashes));
      it.verifyInclusion(hashes[index], index, size, proof, it.treeRoot(hashes));
      return proof.map(bytes.toHex);
    }));"""
    )
    source = source_of(leaves(size))
    expected = [hexes(inclusion_proof(index, size, source)) for index in indexes]
    assert js.value("merkle", code, size, indexes) == expected


_VERIFY_INCLUSION = (
    "const [leaf, index, size, proof, root] = args; "
    + _LEAVES.replace("const leaf =", "const _ =").replace("leaf(n)", "_(n)")
    + "it.verifyInclusion(bytes.fromHex(leaf), index, size, unhex(proof), bytes.fromHex(root))"
)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("honest", None),
        ("leaf", "proof-root"),
        ("hash", "proof-root"),
        ("root", "proof-root"),
        ("index", "proof-root"),
        ("short", "proof-length"),
        ("long", "proof-length"),
        ("beyond", "proof-index"),
        ("negative", "proof-index"),
        ("fraction", "proof-index"),
    ],
)
def test_an_altered_inclusion_proof_is_refused(js: Modules, change: str, key: str | None) -> None:
    size, index = 1_000, 700
    hashes = leaves(size)
    proof, root = inclusion_proof(index, size, source_of(hashes)), tree_root(hashes)
    other = b"\x00" * 32
    where: float = {"index": index ^ 1, "beyond": size, "negative": -1, "fraction": 1.5}.get(change, index)
    altered: dict[str, Sequence[bytes]] = {
        "hash": [*proof[:3], other, *proof[4:]],
        "short": proof[:-1],
        "long": [*proof, other],
    }
    changed = altered.get(change, proof)
    arguments = (
        (other if change == "leaf" else hashes[index]).hex(),
        where,
        size,
        hexes(changed),
        (other if change == "root" else root).hex(),
    )
    result = js("merkle", _VERIFY_INCLUSION, *arguments)
    assert result[:2] == (["ok", None] if key is None else ["refused", key])


def test_a_proof_in_a_log_beyond_32_bits_climbs_without_losing_digits(js: Modules) -> None:
    size, index = 2**52 + 12_345, 2**51 + 77

    def synthetic(subtrees: Sequence[Subtree]) -> list[Hash]:
        return [Hash(sha256(f"{level} {place}".encode()).digest()) for level, place in subtrees]

    proof, (leaf,) = inclusion_proof(index, size, synthetic), synthetic([Subtree(0, index)])
    code = (
        _LEAVES
        + "return bytes.toHex(it.rootOfProof(bytes.fromHex(args[0]), args[1], args[2], unhex(args[3])))"
    )
    root = _root_of(leaf, index, size, proof)
    assert js.value("merkle", code, leaf.hex(), index, size, hexes(proof)) == root.hex()


def _root_of(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, once more, so that it stands beside the browser's."""
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if node & 1 or node == last:
            result = sha256(b"\x01" + sibling + result).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = sha256(b"\x01" + result + sibling).digest()
        node, last = node >> 1, last >> 1
    return result


_CONSISTENCY = _LEAVES + (
    "const [old, oldRoot, size, root, proof] = args; "
    "it.verifyConsistency(old, bytes.fromHex(oldRoot), size, bytes.fromHex(root), unhex(proof))"
)


@pytest.mark.parametrize(
    ("old", "size"), [(0, 5), (1, 2), (3, 3), (3, 7), (4, 7), (256, 257), (255, 1_000), (512, 1_000)]
)
def test_consistency_proofs_of_python_verify_and_altered_ones_do_not(
    js: Modules, old: int, size: int
) -> None:
    hashes = leaves(size)
    proof, before, after = (
        consistency_proof(old, size, source_of(hashes)),
        tree_root(hashes[:old]),
        tree_root(hashes),
    )
    other = sha256(b"another tree").digest()

    def answer(older: bytes = before, newer: bytes = after, steps: Sequence[bytes] = proof) -> object:
        return js("merkle", _CONSISTENCY, old, older.hex(), size, newer.hex(), hexes(steps))[0]

    assert answer() == "ok"
    assert answer(older=other) == "refused"
    if old not in (0, size):
        assert answer(newer=other) == "refused"
        assert answer(steps=proof[:-1]) == "refused"
        assert answer(steps=[other, *proof[1:]]) == "refused"
    assert answer(steps=[*proof, other]) == "refused"


def test_a_log_cannot_shrink(js: Modules) -> None:
    assert js.refusal("merkle", _CONSISTENCY, 3, "00" * 32, 2, "00" * 32, []) == "consistency-sizes"


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_536, BIG])
def test_tiles_have_the_names_and_widths_of_python(js: Modules, size: int) -> None:
    code = """const { tilePath } = await import('/assets/js/log/tile-names.js');
      return [-1, 0, 1, 2, 3].map((level) => [...it.tileNames(args[0], level)]
      .map(({ index, width }) => tilePath(level, index, width)))"""
    assert js.value("tiles", code, size) == [
        [name.path for name in tile_names(size, level)] for level in (ENTRIES, 0, 1, 2, 3)
    ]


@pytest.mark.parametrize("index", [0, 999, 1_000, 1_234_067, 2**44])
def test_tiles_far_into_a_log_have_the_names_of_python(js: Modules, index: int) -> None:
    assert js.value("tile-names", "return it.tilePath(0, args[0], 17)", index) == TileName(0, index, 17).path


@pytest.mark.parametrize("size", [257, BIG])
def test_hashes_come_from_the_right_tiles(js: Modules, size: int) -> None:
    """Synthetic tiles of a tree of 70,000: any subtree's hash is that of the whole list of leaves."""
    hashes = leaves(size)
    frontier, tiles = Frontier().extend(b"".join(hashes))
    files = {name.path: b64encode(tile).decode() for name, tile in (*tiles, *frontier.partial_tiles)}
    wanted = [
        (0, size - 1),
        (3, 5),
        (8, 0),
        (0, 256),
        *([(12, 16), (16, 0), (9, 100)] if size == BIG else []),
    ]
    code = """
    const [files, size, wanted] = args;
    const log = new it.LogFiles(async (path) => path in files ? bytes.fromBase64(files[path]) : null);
    const hashAt = log.hashes(size);
    return Promise.all(wanted.map(async ([level, index]) => bytes.toHex(await hashAt(level, index))));"""
    source = source_of(hashes)
    assert js.value("tiles", code, files, size, wanted) == hexes(
        source([Subtree(*place) for place in wanted])
    )


# --- notes, checkpoints, trust files ---

_WITNESSES = ("party-a.example", "party-b.example", "observer.example")
ROOT_HASH = Hash(sha256(b"a root").digest())


def policy(threshold: int = 2) -> Policy:
    known = tuple(WitnessIdentity(name, cosigner(name).verifier) for name in _WITNESSES)
    return Policy((LogIdentity(signer().verifier),), known, (Group("most", threshold, _WITNESSES),), "most")


def checkpoint(cosigned: int = 2) -> bytes:
    signed = sign_checkpoint(Checkpoint(signer().name, 1_234, ROOT_HASH), signer())
    lines = [cosign_checkpoint(signed, cosigner(name), NOW + 5) for name in _WITNESSES[:cosigned]]
    return signed.with_signatures(tuple(lines)).note.data


def trust(threshold: int = 2) -> bytes:
    return format_trust(Trust(sha256(b"definition").digest(), sha256(b"charter").digest(), policy(threshold)))


_CHECK = """
const { parseTrust } = await import('/assets/js/log/trust.js');
const trust = parseTrust(bytes.fromHex(args[1]));
const checkpoint = it.parseCheckpoint(bytes.fromHex(args[0]));
const key = await it.verifyLogSignature(checkpoint, trust);
const cosigned = await it.verifyCosignatures(checkpoint, trust);
return [checkpoint.origin, checkpoint.size, bytes.toHex(checkpoint.root), key.id,
  cosigned.map(({ witness, timestamp }) => [witness, Number(timestamp)])];"""


def test_a_cosigned_checkpoint_verifies(js: Modules) -> None:
    result = js.value("note", _CHECK, checkpoint().hex(), trust().hex())
    key_id = signer().verifier.key_id.hex()
    cosigned = [[name, NOW + 5] for name in _WITNESSES[:2]]
    assert result == [signer().name, 1_234, ROOT_HASH.hex(), key_id, cosigned]


def _flip_line(note: bytes, line: int, at: int) -> bytes:
    """The note with one bit of a signature line's value changed (`at` counts in the decoded value)."""
    lines = note.split(b"\n")
    head, _, value = lines[line].rpartition(b" ")
    data = bytearray(b64decode(value))
    data[at] ^= 1
    lines[line] = head + b" " + b64encode(bytes(data))
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("altered", "key"),
    [
        (checkpoint().replace(b"\n1234\n", b"\n1235\n"), "note-signature"),
        (_flip_line(checkpoint(), 4, 10), "note-signature"),
        (_flip_line(checkpoint(), 4, 0), "note-unsigned"),
        (_flip_line(checkpoint(), 5, 20), "note-signature"),
        (_flip_line(checkpoint(), 5, 6), "note-signature"),
        (_flip_line(checkpoint(), 5, 0), "checkpoint-quorum"),
        (checkpoint(1), "checkpoint-quorum"),
        (checkpoint().replace(signer().name.encode(), b"example.org/another"), "checkpoint-origin"),
        (checkpoint().replace(b"\n1234\n", b"\n01234\n"), "checkpoint-size"),
        (checkpoint().replace(b"\n1234\n", b"\n9007199254740992\n"), "checkpoint-size"),
        (checkpoint().replace(b"\n1234\n", b"\n1234\nmore\n"), "checkpoint-form"),
        (checkpoint().replace(b"\n", b"\r\n"), "note-signs"),
        (checkpoint()[:-1], "note-form"),
        (checkpoint() + checkpoint().rstrip().rpartition(b"\n")[2] + b"\n", "note-twice"),
        (checkpoint().replace("\u2014".encode(), b"-"), "note-line"),
        (checkpoint() + b"\xff\n", "not-utf8"),
        (b"", "note-form"),
        (b"\n\n", "note-form"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_altered_checkpoint_is_refused(js: Modules, altered: bytes, key: str) -> None:
    assert js.refusal("note", _CHECK, altered.hex(), trust().hex()) == key


def test_an_unknown_line_that_does_not_verify_is_ignored(js: Modules) -> None:
    line = b"\xe2\x80\x94 stranger.example " + b64encode(b"1234" + b"x" * 64) + b"\n"
    assert js("note", _CHECK, (checkpoint() + line).hex(), trust().hex())[0] == "ok"


def _vkeys() -> list[str]:
    honest = str(signer().verifier)
    name, key_id, material = honest.split("+", 2)
    data = b64decode(material)
    mixed = bytes.fromhex("51b5b7d1c3c15aac273e0a531aad0eb8bcbb83841cb7a6ea4d147bcedacad9b8")
    texts = [
        honest,
        str(cosigner("w.example").verifier),
        "",
        "name",
        f"{name}+{key_id}",
        f"{name} x+{key_id}+{material}",
    ]
    texts += [
        f"{name}+{key_id}+{material}=",
        f"{name}+{key_id[:-1]}0+{material}",
        f"{name}+{key_id.upper()}+{material}",
    ]
    texts += [f"+{key_id}+{material}", f"é+{key_id}+{material}", honest + "\n", "x" * 5_000]
    for changed in (b"\x02" + data[1:], data[:-1], data + b"\0", b"\x01" + mixed, b"\x01" + b"\x00" * 32):
        right_id = sha256(name.encode() + b"\n" + changed).digest()[:4].hex()
        texts.append(f"{name}+{right_id}+{b64encode(changed).decode()}")
    return texts


def test_verifier_keys_are_read_as_in_python(js: Modules) -> None:
    code = """return args[0].map((text) => {
      try { const key = it.parseVkey(text); return [key.name, key.type, bytes.toHex(key.publicKey), key.id]; }
      catch (error) { if (error.name !== 'Refusal') throw error; return null; }
    })"""
    assert js.value("note", code, _vkeys()) == [_read(parse_vkey, text) for text in _vkeys()]


def _read(parse: object, text: str) -> list[object] | None:
    try:
        key = parse_vkey(text)
    except LogError:
        return None
    assert isinstance(key, VerifierKey)
    assert isinstance(key.type, KeyType)
    return [key.name, int(key.type), key.public_key.hex(), key.key_id.hex()]


def _trusts() -> list[bytes]:
    honest = trust()

    def swap(pattern: bytes, replacement: bytes) -> bytes:
        changed = re.sub(pattern, lambda _: replacement, honest, count=1)
        assert changed != honest
        return changed

    log_key, witness_key = str(signer().verifier).encode(), str(cosigner(_WITNESSES[0]).verifier).encode()
    return [
        honest,
        honest.replace(b"\n", b"\r\n"),
        b"# a comment\n\n" + honest.replace(b"threshold = 2", b"threshold=2 # two"),
        swap(rb'members = \["', b"members = [\n  # the first\n  'party-a.example',\n  \"")
        .replace(b'"party-a.example", ', b'"', 1)
        .replace(b'""', b'"'),
        swap(b'quorum = "most"', b"quorum = 'most'"),
        swap(b'quorum = "most"', b'quorum = "mos\\u0074"'),
        swap(b'quorum = "most"', b'quorum = "mos\\x74"'),
        swap(b'quorum = "most"', b'quorum = "none"'),
        swap(b'quorum = "most"', b'quorum = "nobody"'),
        swap(b'quorum = "most"', b"quorum = most"),
        swap(b'quorum = "most"\n', b""),
        swap(b'quorum = "most"\n', b'quorum = "most"\nquorum = "most"\n'),
        swap(b'quorum = "most"\n', b'quorum = "most"\nmood = "good"\n'),
        swap(b'quorum = "most"\n', b'quorum = "most"\nmirrors = ["https://example.org/log"]\n'),
        swap(b'quorum = "most"\n', b'quorum = "most"\nmirrors = ["javascript:alert(1)"]\n'),
        swap(b'quorum = "most"\n', b'quorum = "most"\nverifier_html = "00"\n'),
        swap(b'definition = "..', b'definition = "'),
        swap(b'definition = "', b'definition = "Z'),
        swap(b"threshold = 2", b"threshold = 4"),
        swap(b"threshold = 2", b"threshold = 0"),
        swap(b"threshold = 2", b"threshold = 02"),
        swap(b"threshold = 2", b"threshold = 2.0"),
        swap(b"threshold = 2", b'threshold = "2"'),
        swap(b"threshold = 2", b"threshold = -2"),
        swap(rb'members = \["party-a', b'members = ["party-c'),
        swap(rb'members = \["party-a.example", ', b'members = ["party-b.example", '),
        swap(rb"\[\[log\]\]", b"[log]"),
        swap(rb"\[\[log\]\]", b"[[logs]]"),
        swap(rb"\[\[log\]\]\nvkey = .*\n", b""),
        swap(rb"\[\[log\]\]\nvkey = .*\n", b'[[log]]\nvkey = "' + witness_key + b'"\n'),
        swap(rb'name = "party-a.example"', b'name = "none"'),
        swap(rb'name = "party-a.example"', b'name = "party b"'),
        swap(rb'name = "party-a.example"', b'name = "party-b.example"'),
        honest + b'\n[[log]]\nvkey = "' + log_key + b'"\n',
        honest + b"\x00",
        honest + b"\xff",
        honest + b"= 3\n",
        b"",
        b"[" * 10_000,
    ]


def test_trust_files_are_read_as_in_python(js: Modules) -> None:
    code = """return args[0].map((hex) => {
      try {
        const trust = it.parseTrust(bytes.fromHex(hex));
        return [bytes.toHex(trust.definition), bytes.toHex(trust.charter), trust.quorum,
          trust.logs.map(({ key }) => key.name), trust.witnesses.map(({ name }) => name),
          trust.groups.map(({ name, threshold, members }) => [name, threshold, members])];
      } catch (error) { if (error.name !== 'Refusal') throw error; return null; }
    })"""
    found = js.value("trust", code, [text.hex() for text in _trusts()])
    expected = [_plain(text) for text in _trusts()]
    assert found == expected
    assert sum(answer is not None for answer in expected) >= 6


@pytest.mark.parametrize(
    "value", [b'"""most"""', b"'''most'''", b'{a = "most"}', b"1979-05-27", b"true", b"0x10"]
)
def test_toml_that_a_trust_file_does_not_need_is_refused(js: Modules, value: bytes) -> None:
    altered = trust().replace(b'quorum = "most"', b"quorum = " + value)
    assert js.refusal("trust", "return it.parseTrust(bytes.fromHex(args[0]))", altered.hex()) == "toml-line"


def _plain(text: bytes) -> list[object] | None:
    try:
        found = parse_trust(text)
    except LogError:
        return None
    groups = [[group.name, group.threshold, list(group.members)] for group in found.policy.groups]
    names = [witness.name for witness in found.policy.witnesses]
    logs = [log.key.name for log in found.policy.logs]
    return [found.definition.hex(), found.charter.hex(), found.policy.quorum, logs, names, groups]
