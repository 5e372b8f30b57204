"""Write evaluation.csv: the final metrics of every seed, from the scores after each round."""

import sys

from study.evaluation import evaluate_runs
from study.files import write_text

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    evaluation = evaluate_runs(snakemake.params.plan["runs"], snakemake.input.scores)
    write_text(snakemake.output.evaluation, evaluation.to_csv(index=False, lineterminator="\n"))
