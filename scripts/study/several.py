"""A study on several data sets: the same grid on each, and what they say together beside them."""

from hashlib import sha256

from study.arguments import arguments_on
from study.cells import LONGEST
from study.config import read_config
from study.errors import UserError

# Where what is made of all data sets goes, below the folder that has a folder for each of them. A
# plus is in no name of a data set or a study, so that one called `across` is in nobody's way.
ACROSS = "across/{datasets}"


def config_on(config: dict, dataset: str, arguments: str) -> dict:
    """The configuration of the study on one of its data sets, as if it were alone.

    Without its folders, which the module is given, and with the arguments that would run it alone.
    """
    alone = {key: value for key, value in config.items() if key != "pathvars"}
    return alone | {"dataset": dataset, "arguments": arguments_on(arguments, dataset)}


def across_folder(datasets: list[str]) -> str:
    """`across/wdbc+digits`; of many, the first and a digest of all."""
    joined = "+".join(datasets)
    if len(joined) > LONGEST:
        joined = f"{joined[:LONGEST]}+{sha256(joined.encode()).hexdigest()[:8]}"
    return ACROSS.format(datasets=joined)


def check_datasets(config: dict) -> None:
    """Stop unless the study can be run on each of its data sets.

    Args:
        config: as Snakemake merged it, with a list as its `dataset`.

    Raises:
        UserError: what is wrong with the list, or with the study on any of them; each once.
    """
    names = config["dataset"]
    problems = [f"dataset: {name!r} is not text" for name in names if not isinstance(name, str)]
    twice = {str(name) for name in names if names.count(name) > 1}
    problems += [f"dataset: {name} is there twice" for name in sorted(twice)]
    if len(names) < 2:
        problems.append("dataset: a list needs two data sets or more; for one write its name alone")
    if not problems:
        for name in names:
            try:
                read_config({**config, "dataset": name})
            except UserError as error:
                problems += str(error).split("\n  ")[1:]
    if problems:
        raise UserError("\n  ".join(["Configuration error", *dict.fromkeys(problems)]))
