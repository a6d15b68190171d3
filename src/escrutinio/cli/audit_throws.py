"""escrutinio audit throw: digits of an audit's seed, committed to and then opened."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say, say_in
from escrutinio.cli.audit_records import audit_of, give
from escrutinio.cli.election import Question, asks
from escrutinio.cli.explain import in_each
from escrutinio.cli.output import read_text
from escrutinio.cli.sealing import Proposed, Signer, signs
from escrutinio.core.election.keys import side_of
from escrutinio.core.records import types as t
from escrutinio.core.records.commitments import digits_digest
from escrutinio.evidence.audit.records import AuditRecords

_SALT = 32


@click.command(
    help=say(
        "Write what one of those who throw the seed of an audit has thrown.\n\n"
        "With --digits and --keep FILE it commits to the digits, which stay in FILE until all have committed "
        "to theirs; then --open FILE says them. With --digits and --public it states dice thrown in public, "
        "where the commitment names one thrower alone; with --digits and --instead-of NAME those thrown in "
        "place of somebody who does not open theirs. Such dice count once two organisations state the "
        "same.\n\n"
        "Example: escrutinio audit throw public/miniature --contest presidencia --as observer/faro "
        "--digits 3141592653 --keep digits.txt"
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out."))  # fmt: skip
@click.option("--digits", metavar="DIGITS", help=say("What the dice showed."))
@click.option("--keep", type=click.Path(path_type=Path, dir_okay=False),
              help=say("New file for the digits until they are opened; nobody else may see it."))  # fmt: skip
@click.option("--open", "kept", type=click.Path(path_type=Path, dir_okay=False),
              help=say("File that --keep wrote."))  # fmt: skip
@click.option("--instead-of", metavar="NAME", help=say("Who does not open their digits."))
@click.option("--public", is_flag=True, help=say("The digits are those of dice that fell in public."))
@signs
def throw(
    question: Question,
    commitment: str | None,
    digits: str | None,
    keep: Path | None,
    kept: Path | None,
    instead_of: str | None,
    public: bool,
    signer: Signer,
) -> None:
    ways = sum(given is not None for given in (keep, kept, instead_of, public or None))
    if ways != 1 or (digits is None) is (kept is None):
        raise click.UsageError(
            say("either --digits with --keep, --public or --instead-of, or --open is needed")
        )
    opened = question.open()
    records = audit_of(question, opened, commitment)
    if public:
        instead_of = _of_alone(records, signer.name)
    _check_throws(records, signer.name if instead_of is None else instead_of)
    audit = records.logged.entry.digest
    body: t.DigitsCommitment | t.AuditSeed
    secret: list[tuple[Path, bytes]] = []
    if kept is not None:
        body = t.AuditSeed(audit, *_kept(records, kept))
    elif keep is None:
        body = t.AuditSeed(audit, _digits(records, digits or ""), instead_of=instead_of)
    else:
        mine, salt = _digits(records, digits or ""), secrets.token_bytes(_SALT)
        body = t.DigitsCommitment(audit, digits_digest(salt, mine))
        secret.append((keep, f"{mine} {salt.hex()}\n".encode()))
    remarks = in_each(
        lambda language: [
            say_in(
                language,
                "Digits count where their digest stands in the log before the first digits are opened, and "
                "dice thrown in public where two organisations state the same.",
            )
        ]
    )
    give(question, opened, signer, [Proposed(body, records.contest)], remarks, secret)


def _of_alone(audit: AuditRecords, name: str) -> str | None:
    """Whose dice somebody states; None where they are their own. Raises InputError where several throw."""
    throwers = audit.throws.throwers
    if len(throwers) > 1:
        raise InputError("dice-of-many", throwers=", ".join(throwers))
    return None if side_of(name) == throwers[0] else audit.body.throwers[0]


def _check_throws(audit: AuditRecords, name: str) -> None:
    """Raise InputError where somebody's digits are no part of the seed."""
    if side_of(name) not in audit.throws.throwers:
        raise InputError("not-thrower", name=name, throwers=", ".join(audit.throws.throwers))


def _digits(audit: AuditRecords, text: str) -> str:
    if not audit.throws.fits(text):
        least, most = audit.throws.lengths
        raise InputError("digits-form", digits=repr(text[:70]), least=least, most=most)
    return text


def _kept(audit: AuditRecords, file: Path) -> tuple[str, bytes]:
    """Digits and salt that `--keep` wrote. Raises InputError for any other file."""
    parts = read_text(file).split()
    try:
        digits, salt = parts[0].decode(), bytes.fromhex(parts[1].decode())
    except (IndexError, ValueError):
        raise InputError("digits-file", place=str(file)) from None
    if len(parts) != 2 or len(salt) != _SALT:
        raise InputError("digits-file", place=str(file))
    return _digits(audit, digits), salt
