"""Options that many commands share, said once."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.words.say import ENGLISH, SPANISH, say

_TRUST = say("Trust file, got by another way.", "Archivo de confianza, obtenido por otra vía.")

log_option = click.option(
    "--log",
    "address",
    required=True,
    help=say("Publication: a directory or an address.", "Publicación: directorio o dirección."),
)
trust_option = click.option("--trust", type=click.Path(path_type=Path), help=_TRUST)
trust_file_option = click.option("--trust", "trust_file", type=click.Path(path_type=Path), help=_TRUST)
json_option = click.option("--json", "as_json", is_flag=True, help=say("Print JSON.", "Imprime JSON."))
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help=say("No progress bars.", "Sin barras de progreso.")
)
language_option = click.option(
    "--language",
    "--lang",
    "tongue",
    type=click.Choice([ENGLISH, SPANISH]),
    help=say(
        "Language of the document; by default that of the commands.",
        "Idioma del documento; si no se indica, el de las órdenes.",
    ),
)
passphrase_option = click.option(
    "--passphrase",
    envvar="ESCRUTINIO_PASSPHRASE",
    prompt=say("Passphrase", "Frase de paso"),
    hide_input=True,
    help=say(
        "Asked for; or the variable ESCRUTINIO_PASSPHRASE.",
        "Se pregunta; o la variable ESCRUTINIO_PASSPHRASE.",
    ),
)
