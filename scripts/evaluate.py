"""Write evaluation.csv, the final metrics of every seed, from the scores after each round; and
mistakes.csv, the images that are most often wrong after the last one."""

from itertools import compress

from study.analysis.alike import mark_same
from study.analysis.evaluation import evaluate_runs, result_digests
from study.analysis.mistakes import count_mistakes
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = snakemake.input
    every = (snakemake.params.runs, files.scores, files.runs)
    last = [run["round"] == snakemake.params.rounds[run["cell"]] for run in snakemake.params.runs]
    digests = result_digests(snakemake.params.runs, files.metrics, files.scores, files.runs)
    write_frame(snakemake.output.evaluation, mark_same(evaluate_runs(*every), digests))
    write_frame(
        snakemake.output.mistakes,
        count_mistakes(*(list(compress(part, last)) for part in every)),
    )
