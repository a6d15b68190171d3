"""`python -m escrutinio` is the command `escrutinio`, where scripts are not on the path."""

from escrutinio.cli import run

if __name__ == "__main__":
    run()
