"""What the scripts of a training study share.

Plain Python without Snakemake, to be used from a script, a test or a notebook. Only `prepared`
needs numpy; nothing here imports torch, pandas or matplotlib when it is imported, so that reading
the Snakefile stays quick.
"""
