"""The commands: parse, call, print. Each stands in its own module, loaded when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from escrutinio import __version__
from escrutinio.base.errors import EscrutinioError
from escrutinio.base.words.say import language, say
from escrutinio.cli.output import refuse, write_on_any_console

COMMANDS = {
    "demo": say("Publish, verify and serve the two examples.", "Publica, verifica y sirve los dos ejemplos."),
    "publish": say(
        "Publish an election from its configuration.", "Publica una elección desde su configuración."
    ),
    "verify": say(
        "Verify a publication from its public files.", "Verifica una publicación con sus archivos públicos."
    ),
    "serve": say("Serve a publication on this machine.", "Sirve una publicación en esta máquina."),
    "show": say("Show a record, entry, station, key or proof.", "Muestra un registro, mesa, clave o prueba."),
    "irreversibility": say(
        "Say whether outstanding votes could change it.", "Dice si los votos que faltan podrían cambiarlo."
    ),
    "claims": say(
        "Put announced results to the test of arithmetic.", "Prueba con aritmética los resultados anunciados."
    ),
    "reconcile": say(
        "Compare accounts of an election by station.", "Compara versiones de una elección mesa por mesa."
    ),
    "audit": say("Plan and follow an audit of the boxes.", "Planifica y sigue una auditoría de las cajas."),
    "quickcount": say(
        "Plan, draw and estimate a quick count.", "Planifica, sortea y estima un conteo rápido."
    ),
    "screen": say("Compare figures with models of chance.", "Compara las cifras con modelos del azar."),
    "report": say("Write an evidence report, HTML and PDF.", "Escribe un informe de evidencia, HTML y PDF."),
    "print": say("Print sheets as PDF with their QR code.", "Imprime actas en PDF con su código QR."),
    "dossier": say("Write everything on one station.", "Escribe todo lo que hay de una mesa."),
    "scan": say("Read the sheets in a folder of photos.", "Lee las actas de una carpeta de fotos."),
    "check": say("Check one sheet, record or proof.", "Comprueba un acta, asiento o prueba."),
    "redact": say("Blank an image but for some regions.", "Tapa una imagen salvo unas regiones."),
    "collect": say("Keep a log of the sheets one collected.", "Lleva un registro de las actas recogidas."),
    "transcribe": say(
        "Type sheets that no reader can read, twice.", "Transcribe, dos veces, actas que nadie lee."
    ),
    "extract": say("Pack one area with its proofs.", "Empaqueta un lugar con sus pruebas."),
    "keys": say("Make and look at keys.", "Crea y muestra claves."),
    "trust": say("Show trust files; tlog-policies and back.", "Muestra y convierte archivos de confianza."),
    "mirrors": say("Compare the mirrors of a publication.", "Compara los espejos de una publicación."),
    "init": say(
        "Write a starting configuration from a CSV.", "Escribe una configuración inicial a partir de un CSV."
    ),
    "completion": say(
        "Print the completion script of a shell.", "Imprime el guion de completado de un intérprete."
    ),
}


class Commands(click.Group):
    """A group that imports a command's module only when it is called, and refuses without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"escrutinio.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("Commands", "Órdenes")):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EscrutinioError as error:
            refuse(error.said_in(language()))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            refuse(f"{where}{error.strerror or error}")
        return None


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Election results that anyone can recompute from one public log of signed records.\n\n"
        "Start with: escrutinio demo. The language follows the locale, or ESCRUTINIO_LANG=es|en.",
        "Resultados electorales que cualquiera puede recalcular de un registro público de documentos "
        "firmados.\n\n"
        "Para empezar: escrutinio demo. El idioma es el del sistema, o ESCRUTINIO_LANG=es|en.",
    ),
)
@click.version_option(__version__, prog_name="escrutinio")
def main() -> None:
    pass


def run() -> None:
    """What the installed command calls."""
    from escrutinio.cli.ending import run_command

    write_on_any_console()
    sys.exit(run_command(main))
