"""Records that a command proposes: as entries of a script (docs/script.md), or sealed with a key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.clock import now
from escrutinio.base.toml import inline
from escrutinio.base.words.say import say
from escrutinio.cli.options import ask_passphrase
from escrutinio.core.records.entry import body_to_plain, seal
from escrutinio.core.records.keyfiles import read_key_file
from escrutinio.core.records.subjects import read_subject
from escrutinio.core.records.text import check_name

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState
    from escrutinio.core.records.keys import SigningKey
    from escrutinio.core.records.types import Body


@dataclass(frozen=True)
class Proposed:
    """A record still without a signature, and what it speaks of. Raises RecordError for a wrong subject."""

    body: Body
    about: str

    def __post_init__(self) -> None:
        read_subject(self.body.SUBJECT, self.about)

    def as_plain(self, signer: str) -> dict[str, object]:
        """The entry of a script."""
        says = {name: value for name, value in body_to_plain(self.body).items() if value is not None}
        return {"by": signer, "type": self.body.NAME, "about": self.about, "says": says}


@dataclass(frozen=True)
class Signer:
    """Who is to say it, with which key file (None: nobody signs yet), and where sealed records go."""

    name: str
    key_file: Path | None
    directory: Path | None


def signs(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command --as, --key and -o, as a `Signer` called `signer`."""

    @functools.wraps(function)
    def command(
        *arguments: object, signer: str, key: Path | None, output: Path | None, **rest: object
    ) -> None:
        if (key is None) is not (output is None):
            raise click.UsageError(say("--key and -o go together"))
        function(*arguments, signer=Signer(check_name(signer), key, output), **rest)

    wrapped: Callable[..., None] = command
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


_OPTIONS = (
    click.option("--as", "signer", required=True, metavar="NAME",
                 help=say("Who signs: the name of an enrolled key.")),
    click.option("--key", type=click.Path(path_type=Path),
                 help=say("Key file to seal with (escrutinio keys new).")),
    click.option("-o", "--output", type=click.Path(path_type=Path),
                 help=say("Directory for the sealed records.")),
)  # fmt: skip


def sealed_files(
    state: ElectionState, signer: Signer, records: Sequence[Proposed], kept: Sequence[tuple[Path, bytes]] = ()
) -> list[Path]:
    """Seal records with the signer's key into new files, numbered in the order to submit them.

    `kept` (path, content) is what the signer keeps secret until later: written with them or, where there is
    no key, alone; then nobody else can read any of it. Asks for the passphrase unless ESCRUTINIO_PASSPHRASE
    has it. Raises InputError for a key that the log does not hear under that name, RecordError for a
    key file that cannot be opened, and for what does not fit the formats; a file is never overwritten.
    """
    if signer.key_file is None or signer.directory is None:
        write_new(*kept, private=True)
        return []
    key = _key(state, signer, signer.key_file)
    issued_at, directory = now(), signer.directory
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for number, record in enumerate(records, 1):
        raw = seal(
            record.body,
            key=key,
            signer=signer.name,
            subject=record.about,
            election=state.election,
            issued_at=issued_at,
        )
        path = directory / f"{number:03}-{record.body.NAME}-{record.about.replace('/', '-')}.cose"
        written.append((path, raw))
    write_new(*kept, *written, private=bool(kept))
    return [path for path, _ in written]


def _key(state: ElectionState, signer: Signer, file: Path) -> SigningKey:
    from escrutinio.intake.authoring.signing import key_heard

    _, key = read_key_file(file, ask_passphrase())
    key_heard(state, key, signer.name)
    return key


def script_text(entries: Sequence[Mapping[str, object]], remarks: Sequence[str]) -> str:
    """Entries as the TOML of a script, with remarks before them as comments."""
    lines = [f"# {line}" for remark in remarks for line in remark.splitlines()]
    for entry in entries:
        lines += [
            "",
            "[[entry]]",
            *(f"{name} = {inline(value)}" for name, value in entry.items() if name != "says"),
        ]
        says = entry["says"]
        assert isinstance(says, dict)
        lines += ["[entry.says]", *(f"{name} = {inline(value)}" for name, value in says.items())]
    return "\n".join(lines) + "\n"
