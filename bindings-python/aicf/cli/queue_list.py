"""`python -m aicf.cli.queue_list`: lists jobs."""

from ._command import run

if __name__ == "__main__":
    run("job", "list")
