"""`python -m aicf.cli.provider_withdraw`: takes out what a provider was paid."""

from ._command import run

if __name__ == "__main__":
    run("provider", "withdraw")
