"""Write evaluation.csv: the final metrics of every seed, from the scores after each round."""

import sys

from study.evaluation import evaluate_runs
from study.frames import write_frame

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    evaluation = evaluate_runs(snakemake.params.plan["runs"], snakemake.input.scores)
    write_frame(snakemake.output.evaluation, evaluation)
