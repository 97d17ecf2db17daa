"""`python -m aicf.cli.queue_submit`: puts a job into the queue and prints its task id."""

from ._command import run

if __name__ == "__main__":
    run("job", "submit")
