"""`python -m aicf.cli.slash`: on a devnet, reports an offence, which the settlement of its epoch judges."""

from ._command import run

if __name__ == "__main__":
    run("provider", "slash")
