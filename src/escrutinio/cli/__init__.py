"""The commands: parse, call, print."""

import click

from escrutinio import __version__


@click.group()
@click.version_option(__version__, prog_name="escrutinio")
def main() -> None:
    """Election results that anyone can recompute from one public log of signed records."""
