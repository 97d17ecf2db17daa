"""`python -m aicf.cli.provider_stake`: adds stake to a provider."""

from ._command import run

if __name__ == "__main__":
    run("provider", "stake")
