"""Proofs of possession are checked together as each by itself."""

from dataclasses import replace
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from escrutinio.core.election.bulk.proofs import all_possess
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Role
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import enrolled, possesses
from tests.core.election.build import key

ELECTION = sha256(b"an election").digest()
CODES = st.from_regex(r"[a-z0-9]{1,30}", fullmatch=True)


@st.composite
def keys(draw: st.DrawFn) -> EnrolledKey:
    name = draw(CODES)
    made = enrolled(
        key(name),
        ELECTION,
        f"machine/{name}",
        draw(st.sampled_from(Role)),
        scope=tuple(draw(st.lists(CODES, max_size=2))),
        contests=tuple(draw(st.lists(CODES, max_size=1))),
        titles=draw(st.sampled_from([(), (p.Title("es", "Mesa"),)])),
    )
    match draw(
        st.sampled_from(["fine"] * 8 + ["none", "short", "bit", "key", "scope", "name", "role", "high"])
    ):
        case "none":
            return replace(made, proof=b"")
        case "short":
            return replace(made, proof=made.proof[:-1])
        case "bit":
            return replace(made, proof=bytes([made.proof[0] ^ 1]) + made.proof[1:])
        case "high":
            return replace(made, proof=made.proof[:-1] + b"\xff")
        case "key":
            return replace(made, public_key=key("another").public_key)
        case "scope":
            return replace(made, scope=("otra",))
        case "name":
            return replace(made, name="máquina/1")
        case "role":
            return replace(made, role=Role((made.role + 1) % len(Role)))
    return made


@given(st.lists(keys(), max_size=4))
def test_many_proofs_are_judged_as_each_by_itself(given_keys: list[EnrolledKey]) -> None:
    assert all_possess(ELECTION, given_keys) is all(possesses(ELECTION, each) for each in given_keys)


def test_another_elections_proof_is_none() -> None:
    made = enrolled(key("1"), ELECTION, "machine/1", Role.MACHINE, scope=("n1.01",))
    assert all_possess(ELECTION, [made])
    assert not all_possess(bytes(32), [made])
