"""Add to the record of looks how many seeds each claim has now been judged with."""

from pathlib import Path

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS
from study.analysis.recorded_looks import RECORDED_COLUMNS, add_look
from study.analysis.significance import MIN_SEEDS, MIN_SEEDS_OF_LOOK
from study.analysis.verdicts import test_name
from study.design.study import claims_from
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, path = snakemake.params.told, snakemake.output.looks
    claims = claims_from(told["claims"])
    judged = read_frame(snakemake.input.claims, CLAIM_COLUMNS).dropna(subset="seeds")
    seeds = zip(judged["claim"], judged["seeds"].astype(int))
    tests = {test_name(claims[name]): number for name, number in seeds}
    looks = pd.DataFrame(columns=list(RECORDED_COLUMNS))
    if Path(path).exists():
        looks = read_frame(path, RECORDED_COLUMNS)
    fewest = MIN_SEEDS_OF_LOOK if told["looks"] else MIN_SEEDS
    write_frame(path, add_look(looks, tests, told["seeds"], fewest))
