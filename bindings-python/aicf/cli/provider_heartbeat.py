"""`python -m aicf.cli.provider_heartbeat`: says that a provider is there."""

from ._command import run

if __name__ == "__main__":
    run("provider", "heartbeat")
