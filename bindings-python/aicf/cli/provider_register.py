"""`python -m aicf.cli.provider_register`: makes a provider known."""

from ._command import run

if __name__ == "__main__":
    run("provider", "register")
