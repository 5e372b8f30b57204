"""Write which cells need how many seeds at the next look, by the verdicts of this one."""

import json

from study.analysis.claims import CLAIM_COLUMNS
from study.files import write_text
from study.frames import read_frame
from study.logs import log_to
from study.next_look import decide_look

if __name__ == "__main__":
    log_to(snakemake.log[0])
    judged = [read_frame(path, CLAIM_COLUMNS) for path in snakemake.input.claims]
    told = decide_look(snakemake.params.study, judged)
    write_text(snakemake.output.told, json.dumps(told, indent=1) + "\n")
