"""The commands of `aicf` as Python modules: `python -m aicf.cli.queue_list`.

They run the same code as the `aicf` program, in this process and on the same database
(`./aicf.db`, or what `--db` or `AICF_DB` says). `--help` tells every option.
"""
