"""What the scripts of a training study share.

Plain Python without Snakemake, to be used from a script, a test or a notebook. Four packages
follow the data: `data`, `training`, `analysis` and `report`, with `published` for the tables of
others; what all of them share stands beside them. docs/architecture.md has the whole tree, and
docs/notebook.md what a notebook needs. What the Snakefile imports is light, so that reading it
stays quick: torch, scipy, matplotlib and scikit-learn are imported where they are used.
"""
