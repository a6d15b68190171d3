"""escrutinio collect receive, collect pictures: what scrutineers' phones send to their organisation."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option, passphrase_option
from escrutinio.cli.output import print_json

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.command(
    help=say(
        "Receive photos of sheets from the phones of scrutineers: a page that goes on working without a "
        "network. Each enters with a session key that `desk admit --for scrutineer` hands out. Photos are "
        "stripped of metadata and sealed before they are on the disk; `collect pictures` opens them. The "
        "passphrase is asked for the first time alone, and never where the private part is encrypted.\n\n"
        "Phones keep a page only where they trust its certificate: give one with --certificate, or --tls to "
        "have one made.\n\n"
        "Example: escrutinio collect receive azul --listen 192.0.2.7:8443 --name actas.azul.example "
        "--certificate actas.crt --certificate-key actas.key"
    )
)
@_directory
@click.option("--listen", default="127.0.0.1:8031", show_default=True, metavar="ADDRESS:PORT",
              help=say("Where to listen; beyond this machine only with --tls or --certificate."))  # fmt: skip
@click.option("--name", "names", multiple=True,
              help=say("Another name that people use for this machine; all others are refused."))  # fmt: skip
@click.option("--tls", is_flag=True, help=say("Speak TLS, with a certificate that the workspace makes."))
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=say("Certificate to speak TLS with, which phones trust."))  # fmt: skip
@click.option("--certificate-key", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=say("Its private key."))  # fmt: skip
def receive(
    directory: Path, listen: str, names: tuple[str, ...], tls: bool, certificate: Path | None,
    certificate_key: Path | None,
) -> None:  # fmt: skip
    from escrutinio.base.extras import need
    from escrutinio.base.local_http import serve_locally
    from escrutinio.cli.options import ask_passphrase
    from escrutinio.running.desk.app import desk_directory, read_listening
    from escrutinio.running.desk.certificate import CERTIFICATE, TLS_KEY, certificate_of
    from escrutinio.running.desk.phone.app import phone_application
    from escrutinio.running.desk.sessions import Sessions
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.pictures import PictureBox

    need("hub", "scan")
    if (certificate is None) is not (certificate_key is None):
        raise InputError("certificate-alone")
    collection = open_collection(directory)
    listening = read_listening(listen, names, tls or certificate is not None)
    box = PictureBox(collection.private)
    if not box.is_begun():
        box.begin(collection.keyring(ask_passphrase()))
    private = desk_directory(collection.workspace)
    app = phone_application(
        collection.open().state, box, Sessions(private, now), names=listening.names, now=now
    )
    pair = None if certificate is None or certificate_key is None else (certificate, certificate_key)
    if pair is None and tls:
        fingerprint = certificate_of(private, listening.names, now())
        click.echo(say("SHA-256 fingerprint of the certificate: {fingerprint}", fingerprint=fingerprint))
        pair = (private / CERTIFICATE, private / TLS_KEY)
    serve_locally(app, listening.port, click.echo, listening.host, pair, listening.names)


@click.command(
    help=say(
        "Open the photos that phones sent to the collection in DIRECTORY, into the directory OUTPUT, for "
        "`scan` and `transcribe`. They are readable there: delete it when the sheets are added. Running it "
        "again writes only what is not there yet.\n\n"
        "Example: escrutinio collect pictures azul -o photos; escrutinio scan photos --out sheets.jsonl"
    )
)
@_directory
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help=say("Directory for the photos, readable by you alone."))  # fmt: skip
@passphrase_option
@json_option
def pictures(directory: Path, output: Path, passphrase: str, as_json: bool) -> None:
    from escrutinio.base.files import write_files
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.pictures import PictureBox

    collection = open_collection(directory)
    found = written = 0
    for one in PictureBox(collection.private).open(collection.keyring(passphrase)):
        found += 1
        name = f"{one.digest}.jpg"
        if not (output / name).exists():
            write_files(output, [(name, one.content)], private=True)
            written += 1
    if as_json:
        print_json({"version": 1, "pictures": found, "written": written})
        return
    click.echo(
        say(
            "{found:,} photos, of which {written:,} are new in {output}",
            found=found,
            written=written,
            output=output,
        )
    )
