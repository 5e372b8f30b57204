"""What the scripts of a training study share.

Plain Python without Snakemake, to be used from a script, a test or a notebook. What the Snakefile
imports (config, cells, jobs and what these need) is light, so that reading it stays quick; the
others need numpy or pandas. torch, matplotlib and scikit-learn are imported where they are used.
"""
