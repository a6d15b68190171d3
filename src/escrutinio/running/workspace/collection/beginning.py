"""The first entries of an organisation's own log.

The definition is the same record as in every log of the election; the charter is the organisation's. The
roll and what changed it are carried over as they stand, the same bytes, together with the keys of those
who signed them: so that whoever reads this log knows the stations from the one who named them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from escrutinio.base.errors import InputError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.keys import HeldKey
from escrutinio.core.election.state import ElectionState, Logged, Standing, attachments_of
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import KeyHolder, SigningKey
from escrutinio.core.records.parts import Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.records.text import check_name
from escrutinio.core.records.types import (
    Body,
    Charter,
    Closing,
    Enrolment,
    Extension,
    NominationChange,
    Roll,
    StationChange,
)
from escrutinio.running.workspace.workspace import Beginning

CARRIED = (Roll, Closing, NominationChange, StationChange, Extension)
"""What a log needs of another one to know its stations and ballot, and from when on results may be public:
carried over as it stands."""

ROLES = {LogRole.PARTY: Role.PARTY, LogRole.OBSERVER: Role.OBSERVER}


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose log it is: an enrolled name such as `party/azul`, what people call it, and its role."""

    name: str
    titles: tuple[Title, ...]
    role: LogRole

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.role not in ROLES or not self.name.startswith(f"{self.role.name.lower()}/"):
            raise InputError("organisation-name", name=repr(self.name))


def beginning(
    state: ElectionState,
    attachments: Attachments,
    organisation: Organisation,
    *,
    origin: str,
    root: SigningKey,
    key: KeyHolder,
    clock: int,
) -> Beginning:
    """The first entries of the log `origin` of an organisation in the election that `state` tells of.

    `attachments` finds what the log publishes by its SHA-256; `root` enrols and does nothing else, `key`
    signs the copies; `clock` in seconds since 1970. Raises InputError where the election's log has no
    roll or lacks a part of it, or already gives the organisation's name to others.
    """
    carried = carried_over(state)
    if not any(isinstance(one.entry.body, Roll) for one in carried):
        raise InputError("collect-no-roll")
    titles = organisation.titles or (Title("en", organisation.name),)
    charter = Charter(origin, organisation.role, titles, root.public_key, None)
    own = enrolled(key, state.election, organisation.name, ROLES[organisation.role], titles=titles)
    needed = tuple(held.key for held in signers_of(state, carried))
    if any(held.name == organisation.name for held in needed):
        raise InputError("collect-roll-signer", name=organisation.name)

    def sealed(body: Charter | Enrolment) -> bytes:
        signer = f"{organisation.name}/root"
        return seal(body, key=root, signer=signer, subject=ELECTION, election=state.election, issued_at=clock)

    definition = state.definition.entry
    records = (
        definition.raw,
        sealed(charter),
        sealed(Enrolment((own, *needed))),
        *(one.entry.raw for one in carried),
    )
    bodies = (definition.body, *(one.entry.body for one in carried))
    digests = dict.fromkeys(each.digest for body in bodies for each in attachments_of(body))
    return Beginning(records, {digest: content_of(attachments, digest) for digest in digests})


def content_of(attachments: Attachments, digest: bytes) -> bytes:
    """A file that the election's log publishes. Raises InputError where it does not."""
    content = attachments(digest)
    if content is None:
        raise InputError("collect-attachment", digest=digest.hex())
    return content


def carried_over(state: ElectionState) -> list[Logged[Body]]:
    """What another log needs of this one, in log order: acts in force, and the consents to them."""
    return [one for one in state.controls if isinstance(one.entry.body, CARRIED) and _stands(one)]


def _stands(logged: Logged[Body]) -> bool:
    return logged.standing in (Standing.EFFECTIVE, Standing.CONSENT)


def signers_of(state: ElectionState, carried: Iterable[Logged[Body]]) -> Iterable[HeldKey]:
    """The keys that signed what is carried over, each once."""
    for kid in dict.fromkeys(logged.entry.kid for logged in carried):
        held = state.keys.get(kid)
        if held is not None:  # what stands was signed by an enrolled key
            yield held
