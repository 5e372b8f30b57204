"""Write evaluation.csv: the final metrics of every seed, from the scores after each round."""

from study.evaluation import evaluate_runs
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    evaluation = evaluate_runs(snakemake.params.plan["runs"], snakemake.input.scores)
    write_frame(snakemake.output.evaluation, evaluation)
