# Before anything else: where the code is, and whether the configuration's files can be read.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.25.1")

REPOSITORY = Path(str(workflow.current_basedir)).parents[1]
if not REPOSITORY.is_dir():
    raise WorkflowError(
        f"{REPOSITORY} is not a directory here: clone the repository, and name the clone's Snakefile"
    )
sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.config.yaml_files import check_arguments, check_yaml
from study.snake.datasets import config_arguments
from study.snake.internals import (
    command_line,
    configuration_files,
    is_own_command,
    module_prefix,
)
from study.snake.stopping import stop_before_start
from study.snake.surroundings import refuse_no_cores, settle

if module_prefix(workflow):
    raise WorkflowError(
        "a module cannot have a prefix here: set its pathvars, as examples/module does"
    )
settle(REPOSITORY)
GIVEN = command_line(workflow)
if is_own_command(workflow):
    stop_before_start()
    refuse_no_cores(GIVEN.cores, GIVEN.nodes)
    check_yaml([REPOSITORY / "config.yaml", *configuration_files(workflow)])
    check_arguments(GIVEN.values)

# for commands to copy; study.snake.regenerate hands them on to the Snakemake that it starts
ARGUMENTS = config.pop("arguments", None)
if ARGUMENTS is None:
    ARGUMENTS = config_arguments(GIVEN.files, GIVEN.values)
TRAINS = True  # what is missing; workflow/regenerate.smk makes results of what is there
