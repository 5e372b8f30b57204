"""Write evaluation.csv: the final metrics of every seed, from the scores after each round."""

from study.analysis.evaluation import evaluate_runs
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = snakemake.input
    evaluation = evaluate_runs(snakemake.params.runs, files.scores, files.runs)
    write_frame(snakemake.output.evaluation, evaluation)
