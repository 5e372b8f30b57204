"""Write how many seeds each cell needs at the next look, given the verdicts of this one."""

import json
from dataclasses import asdict

from study.analysis.claims import CLAIM_COLUMNS
from study.design.study import claims_from
from study.snake.looks import decide_look
from study.store.files import write_text
from study.store.frames import read_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told = dict(snakemake.params.told)
    judged = read_frame(snakemake.input.claims, CLAIM_COLUMNS)
    ended = decide_look(claims_from(told.pop("claims")), judged, **told)
    write_text(snakemake.output.told, json.dumps(asdict(ended), indent=1) + "\n")
