"""Commands in a language of catalogues that are not the package's: `python -m tests.cli.in_language FOLDER`.

Texts are chosen when the modules of the commands are loaded, so that such a language needs a process of its
own. Standard input: a list of commands, each a list of arguments, as JSON; or nothing between the brackets
for the help of every command. Standard output: for each its name, exit code, output and errors.
"""

import json
import sys
from pathlib import Path

from escrutinio.base.words import catalogue


def main() -> None:
    catalogue._FOLDER = Path(sys.argv[1])
    import click
    from click.testing import CliRunner

    from escrutinio import cli

    def helps(command: click.Command, names: list[str]) -> list[list[str]]:
        found = [[*names, "--help"]]
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                found += helps(inner, [*names, name])
        return found

    asked = json.load(sys.stdin) or helps(cli.main, [])
    runner, done = CliRunner(), []
    for words in asked:
        result = runner.invoke(cli.main, words)
        done.append((" ".join(words), result.exit_code, result.stdout, result.stderr))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
    json.dump(done, sys.stdout)


if __name__ == "__main__":
    main()
