"""`python -m aicf.cli.settle_epoch`: settles the next epoch."""

from ._command import run

if __name__ == "__main__":
    run("epoch", "settle")
