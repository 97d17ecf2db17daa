"""`python -m aicf.cli.payouts_inspect`: shows what was paid, line by line."""

from ._command import run

if __name__ == "__main__":
    run("payouts")
