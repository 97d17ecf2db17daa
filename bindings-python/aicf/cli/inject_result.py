"""`python -m aicf.cli.inject_result`: on a devnet, finishes a job with a made-up result and proof."""

from ._command import run

if __name__ == "__main__":
    run("job", "inject-result")
