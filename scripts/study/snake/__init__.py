"""All that knows Snakemake: what rules are told, what is shown, how a run stops and resumes."""
