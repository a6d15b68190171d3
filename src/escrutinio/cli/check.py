"""escrutinio check: one sheet, record or proof against a log, and one clear answer."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.cli.memory import recall
from escrutinio.cli.opening import given_trust, open_log
from escrutinio.cli.options import json_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_USAGE, print_json, read_note
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.receipt import read_receipt_code
from escrutinio.core.verification.checker import Checked, Checker, records_of_code
from escrutinio.core.verification.judge_text import grounds, headline
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.core.verification.waiting import is_waiting_proof
from escrutinio.intake.scan.form_code import read_form_code
from escrutinio.intake.scan.problems import Problem, UnreadableError, explain
from escrutinio.intake.scan.regular import MAX_FILE, read_regular
from escrutinio.intake.scan.results import ZERO, sheet_of
from escrutinio.intake.scan.things import Thing, is_text, read_thing

LANGUAGES = tuple(sorted(languages()))


@click.command(
    help=say(
        "Check THING against the log of a publication: a photo, scan or PDF of a sheet, the text of its QR "
        "code (or - to read any of these from standard input), a record file, a .tlog-proof file, or the "
        "eight digits of a receipt code, by which the record is found in the log. The log is verified first; "
        "a copy of it in a directory is enough, without a network.\n\n"
        "Exit code 0: authentic and in the log, or unsigned and equal to what is published; 1: anything else "
        "that could be read; 2: nothing could be read.\n\n"
        "Examples: escrutinio check photo.jpg --log public/miniature; escrutinio check 'ESCX:…' --log "
        "public/miniature --json; escrutinio check '1234 5678' --log public/miniature; escrutinio check "
        "sheet.pdf --log public/miniature --evidence keep.json"
    )
)
@click.argument("thing")
@log_option
@click.option(
    "--proof",
    "proof_file",
    type=click.Path(path_type=Path),
    help=say("The .tlog-proof that was given for THING, or what a receiver says of a promise that waits."),
)
@trust_option
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    help=say("Where to write what is authentic and not in the log, to keep it."),
)
@json_option
@quiet_option
def command(
    thing: str, address: str, proof_file: Path | None, trust: Path | None, evidence: Path | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    code, found = read_receipt_code(thing), list[Found]()
    read = _read(thing) if code is None else Thing(digest_of(thing.encode()))
    proof = None if proof_file is None else read_note(proof_file)
    earlier = _earlier(given_trust(trust, address), proof)
    log = open_log(address, trust, quiet=quiet or as_json)
    checker = Checker(log, earlier)
    if code is not None:
        found += [(1, "", checker.record(raw)) for raw in records_of_code(log, code)]
    else:
        found = _check(checker, read, proof)
    kept = [each for _, _, each in found if each is not None and each.answer.to_keep]
    if kept and evidence is not None:
        write_new((evidence, _evidence(log, kept, read.digest)))
    if as_json:
        print_json(_plain(log, found, read))
    else:
        _print(log, found, read)
        if kept:
            _say_kept(evidence, kept)
    answers = [each.answer for _, _, each in found if each is not None]
    if not all(answer.good for answer in answers):
        sys.exit(EXIT_FAILED)
    if not answers or any(problem is Problem.DAMAGED_QR for _, problem, _ in read.problems):
        sys.exit(EXIT_USAGE)


Found = tuple[int, str, "Checked | None"]
"""A page, the text of a QR code on it ("" for a file), and the answer; None where it is of something else."""


def _read(thing: str) -> Thing:
    """Whatever was named: text, a file, or standard input. Raises InputError."""
    if is_text(thing):
        return read_thing(thing.encode())
    if thing == "-":
        data = sys.stdin.buffer.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise InputError("stdin-long", limit=MAX_FILE)
        return read_thing(data)
    path = Path(thing)
    try:
        return read_thing(read_regular(real_path(path)).data)
    except UnreadableError as fault:
        if fault.problem is Problem.VANISHED:
            raise InputError("thing-missing", path=thing[:200]) from None
        raise InputError("at-place", place=thing[:200], why=fault) from None


def _earlier(trust: Trust | None, proof: bytes | None) -> list[SignedCheckpoint]:
    """The checkpoints that were kept from before, or come with a proof: they say when the log had what."""
    found = [each.signed for each in recall(trust).seen]
    if proof is None or is_waiting_proof(proof):
        return found
    return [*found, parse_proof(proof).checkpoint]


def _check(checker: Checker, read: Thing, proof: bytes | None) -> list[Found]:
    found: list[Found] = [(page, text, checker.text(text)) for page, text in read.texts]
    if read.record is not None:
        found.append((1, "", checker.record(read.record)))
    if read.proof is not None:
        found.append((1, "", checker.proof(read.proof, None)))
    if proof is not None:
        entries = [each.entry for _, _, each in found if each is not None and each.entry is not None]
        if len(entries) != 1:
            raise InputError("proof-for-one", size=len(entries))
        found.append((1, "", checker.proof(proof, entries[0])))
    return found


def _print(log: VerifiedLog, found: list[Found], read: Thing) -> None:
    """One clear line for each sheet, then what it stands on; then what could not be read."""
    lang, several = language(), len(found) > 1
    for number, (page, text, checked) in enumerate(found, 1):
        mark = f"[{number}] " if several else ""
        if checked is None:
            if (place := read_form_code(text)) is not None:
                click.echo(mark + explain(Problem.FORM, place.text, lang))
                continue
            other = explain(Problem.NOT_A_SHEET, "", lang)
            click.echo(f"{mark}{other}: {_printable(text)}")
            continue
        click.secho(mark + headline(checked.answer, lang), bold=True)
        for line in grounds(checked.answer, log.state, lang):
            click.echo(f"  {line}")
        if checked.entry is not None and _is_zero(checked.entry):
            click.echo("  " + say(ZERO))
        if page > 1:
            click.echo("  " + say("page {page}", page=page))
    for page, problem, detail in read.problems:
        where = say("page {page}: ", page=page) if page > 1 or len(read.problems) > 1 else ""
        what = say("Note: ") if problem is Problem.CUT_OFF else say("Not read: ")
        click.echo(what + where + explain(problem, detail, lang), err=True)
    head = log.checkpoint
    click.echo(
        say("Log: {origin}, {size:,} entries, ", origin=head.origin, size=log.size)
        + (
            say("verified with the trust file")
            if log.trust is not None
            else say("consistent; its origin is not authenticated without --trust")
        )
    )  # fmt: skip


def _say_kept(evidence: Path | None, kept: list[Checked]) -> None:
    if evidence is None and all(each.lacking is not None for each in kept):
        hint = say("Write it down with --evidence FILE, together with the checkpoint that shows it.")
    elif evidence is None:
        hint = say(
            "Write it down with --evidence FILE: what is authentic and missing from the log is evidence, "
            "and any receiver of the election accepts its bytes later."
        )
    else:
        hint = say("Written to {evidence}; keep it.", evidence=evidence)
    click.echo(hint)


def _evidence(log: VerifiedLog, kept: list[Checked], digest: bytes) -> bytes:
    """What is to be kept: the records, the log's signed checkpoint that was seen, and when."""
    plain = {
        "version": 1,
        "seen_at": datetime.fromtimestamp(now(), UTC).isoformat(),
        "source_sha256": digest.hex(),
        "election": log.state.election.hex(),
        "checkpoint": log.signed.note.data.decode(),
        "records": [
            {
                "verdict": each.answer.verdict.value,
                "sha256": each.entry.digest.hex(),
                "record": base64.b64encode(each.entry.raw).decode(),
                "others": list(each.answer.others),
            }
            | ({} if each.lacking is None else {"earlier_checkpoint": each.lacking.note.data.decode()})
            for each in kept
            if each.entry is not None
        ],
    }
    return json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"


def _plain(log: VerifiedLog, found: list[Found], read: Thing) -> dict[str, object]:
    """The answers as docs/reading-sheets.md describes them."""
    head = log.checkpoint
    return {
        "version": 1,
        "sha256": read.digest.hex(),
        "log": {
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "trusted": log.trust is not None,
        },
        "answers": [
            {"page": page, **_plain_answer(log, checked)} for page, _, checked in found if checked is not None
        ],
        "other_codes": [{"page": page, "text": text} for page, text, checked in found if checked is None],
        "unread": [
            {"page": page, "problem": problem.value, "sentence": _both(problem, detail)}
            for page, problem, detail in read.problems
        ],
    }


def _plain_answer(log: VerifiedLog, checked: Checked) -> dict[str, object]:
    answer = checked.answer
    return {
        "verdict": answer.verdict.value,
        "good": answer.good,
        "real": answer.real,
        "sentence": {each: headline(answer, each) for each in LANGUAGES},
        "grounds": {each: list(grounds(answer, log.state, each)) for each in LANGUAGES},
        "type": answer.type or None,
        "signer": answer.signer or None,
        "station": answer.station,
        "contest": answer.contest,
        "sha256": checked.entry.digest.hex() if checked.entry is not None else None,
        "entry": answer.entry,
        "status": None if answer.status is None else answer.status.name.lower(),
        "zero": checked.entry is not None and _is_zero(checked.entry),
        "marked": answer.marked,
        "due": answer.due,
        "seen": answer.seen,
        "in_time": answer.in_time,
        "waited": answer.waited,
        "as_of": answer.as_of,
        "extensions": list(answer.extensions),
        "others": list(answer.others),
        "comparisons": [
            {
                "basis": each.basis,
                "entry": each.entry,
                "differences": [
                    {"what": d.what, "sheet": d.sheet, "published": d.published} for d in each.differences
                ],
            }
            for each in answer.comparisons
        ],
    }


def _both(problem: Problem, detail: str) -> dict[str, str]:
    return {each: explain(problem, detail, each) for each in LANGUAGES}


def _is_zero(entry: Entry) -> bool:
    return sheet_of(entry, True).zero


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:200])
