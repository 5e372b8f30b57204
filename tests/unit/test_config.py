"""A configuration is checked as a whole, and every mistake is named with its key."""

import pytest
import yaml
from session import REPOSITORY
from studies import MINIMAL, source_config

from study.config.read import read_config
from study.config.schema import complete_schema
from study.data import KINDS, kind_module
from study.settings.parameters import DEFAULTS, PARAMETERS, SCHEMA, listed
from study.store.errors import UserError

SOURCE = "workflow/reference/source_study.csv"


def default_config() -> dict:
    return yaml.safe_load((REPOSITORY / "config.yaml").read_text())


def test_minimal_config_gets_the_defaults():
    """Which are fixed for good: they are in no digest, so that others would not be noticed."""
    config = read_config(MINIMAL)
    assert config["baseline"] == {
        "loss": "bce",
        "batch_size": 32,
        "activation": "relu",
        "hidden_layers": 1,
        "hidden_units": 256,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "network": "mlp",
        "channels": 16,
        "batch_norm": False,
        "dropout": 0.0,
        "schedule": "constant",
        "momentum": 0.0,
        "weight_decay": 0.0,
        "gradient_clip": 0.0,
        "train_share": 1.0,
        "image_size": 0,
        "flip": False,
        "shift": 0,
        "rotation": 0.0,
        "epoch_choice": "last",
        "precision": "float32",
        "compile": False,
    }
    assert (config["epochs_per_round"], config["warmup_epochs"], config["seeds"]) == (30, 3, 12)
    assert (config["looks"], config["spending"]) == ([], "obrien_fleming")
    assert config["datasets"]["wdbc"]["val_share"] == 0.2


def test_config_yaml_spells_out_every_key_at_its_default():
    """But for what few need: it is in the schema alone, or in a comment."""
    written, config = default_config(), read_config(default_config())
    left_to_comments = {"figure_style", "pathvars", "program", "study", "tune", "verdicts"}
    assert set(written) == set(SCHEMA["properties"]) - left_to_comments
    assert config["baseline"] == DEFAULTS
    assert written["baseline"] == listed(DEFAULTS)
    left_out = {name for name, spec in PARAMETERS.items() if "listed" in spec}
    assert set(DEFAULTS) - set(written["baseline"]) == left_out
    for key, spec in SCHEMA["properties"].items():
        if isinstance(spec.get("default"), int):
            assert written[key] == spec["default"], key
    assert set(written["audit"]) == set(SCHEMA["properties"]["audit"]["properties"])
    for key in ("design", "exclude", "together"):
        assert written[key] == SCHEMA["properties"][key]["default"], key
    for key, left_out in (
        ("tables", {"metrics", "caption", "cell"}),
        ("figures", {"kind", "caption"}),
    ):
        keys = set(SCHEMA["properties"][key]["additionalProperties"]["properties"])
        assert set.union(*map(set, written[key].values())) == keys - left_out, key
    reference = set(SCHEMA["properties"]["reference"]["properties"])
    assert set(source_config()["reference"]) == reference - {"images", "epochs"}


def test_every_key_of_the_schema_has_a_description():
    """A key's own, or that of the items of its list; also the keys of every kind of data."""
    schema, found = complete_schema(), set()

    def resolved(spec):
        return schema["$defs"][spec["$ref"].rpartition("/")[2]] if "$ref" in spec else spec

    def walk(spec, where, described=()):
        spec = resolved(spec)
        for key, inner in spec.get("properties", {}).items():
            texts = [resolved(part) for part in (inner, inner.get("items", {}))]
            if key not in described:
                assert any(text.get("description") for text in texts), f"{where}.{key}"
            found.add(f"{where}.{key}")
            walk(inner, f"{where}.{key}")
        for key in ("additionalProperties", "items"):
            if isinstance(spec.get(key), dict):
                walk(spec[key], f"{where}.*")
        for condition in spec.get("allOf", []):
            walk(condition["then"], where, spec["properties"])

    walk(schema, "")
    kinds = {f".datasets.*.{key}" for kind in KINDS for key in kind_module(kind).KEYS}
    nested = {".claims.*.compare.*.*.cell.loss", ".datasets.*.groups.pattern", ".grid.network"}
    assert kinds | nested <= found
    for name, spec in PARAMETERS.items():
        assert {"description", "default", "type"} <= set(spec), name
    for kind in KINDS:
        assert kind_module(kind).DESCRIPTION, kind


def test_default_tables_have_the_baseline_first():
    tables = read_config(default_config())["tables"]
    assert tables["table3"]["levels"] == {"batch_size": [32, 16, 64]}
    assert tables["table7"] == {
        "vary": ["activation"],
        "levels": {"activation": ["tanhshrink"]},
        "cell": {},
        "round": 4,
    }


def test_published_tables_and_the_note_to_them_are_read(tmp_path):
    source = default_config() | {"reference": source_config()["reference"]}
    reference = read_config(source)["reference"]
    assert reference["rows"][0].printed["train_loss"] == "0.1845"
    note = REPOSITORY / "workflow" / "reference" / "bce_and_ce.html"
    assert reference["note"] == note.read_text(encoding="utf-8")
    assert read_config(MINIMAL)["reference"] is None
    tables = tmp_path / "mine.csv"
    tables.write_text("table,factor,level,round,val_loss\n1,loss,bce,1,0.5\n")
    source["reference"]["tables"] = str(tables)  # the note is about other tables, and stays away
    assert "note" not in read_config(source)["reference"]


def test_baseline_level_leads_a_table_even_where_the_grid_lacks_it():
    config = read_config(
        MINIMAL | {"grid": {"batch_size": [8, 16]}, "tables": {"sizes": {"vary": "batch_size"}}}
    )
    assert config["tables"]["sizes"]["levels"] == {"batch_size": [32, 8, 16]}


def test_a_table_with_its_own_levels_needs_no_factor_of_the_grid():
    tables = {"widths": {"vary": "hidden_units", "levels": [256, 64]}}
    widths = read_config(MINIMAL | {"tables": tables})["tables"]["widths"]
    assert widths["vary"] == ["hidden_units"] and widths["levels"] == {"hidden_units": [256, 64]}


def test_null_takes_an_entry_out():
    config = default_config()
    config["tables"] = dict.fromkeys(config["tables"]) | {"mine": {"vary": "loss"}}
    config["grid"]["activation"] = None
    config["datasets"]["pneumoniamnist"] = None
    config["seeds"] = None
    read = read_config(config)
    assert list(read["tables"]) == ["mine"]
    assert list(read["grid"]) == ["loss", "batch_size"]
    assert list(read["datasets"]) == ["wdbc", "digits"]
    assert read["seeds"] == 12


def test_levels_get_their_parameters_type():
    config = read_config(MINIMAL | {"grid": {"batch_size": [16.0], "learning_rate": [1]}})
    assert [type(config["grid"][name][0]) for name in config["grid"]] == [int, float]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sedes": 3}, "unknown key 'sedes'; did you mean 'seeds'?"),
        ({"epochs": 3}, "unknown key 'epochs'; did you mean 'epochs_per_round'?"),
        ({"loss": "ce"}, "'loss'; it is a training parameter and belongs below baseline"),
        ({"device": "gpu"}, "unknown value 'gpu'; did you mean 'cuda'?"),
        ({"dataset": "mnist"}, "dataset: 'mnist' is not declared under datasets; known: wdbc"),
        ({"seeds": 0}, "seeds: 0 is less than the minimum of 1"),
        ({"seeds": 30000}, "seeds: 30000 is greater than the maximum of 10000"),
        ({"datasets": {"wdbc": {"path": "x"}}}, "datasets.wdbc: missing kind"),
        ({"seeds": 2.5}, "seeds: 2.5 should be a whole number"),
        ({"seeds": True}, "seeds: True should be a whole number"),
        ({"seeds": "5"}, "seeds: '5' should be a whole number; as written, it is text: write 5"),
        ({"warmup_epochs": 30}, "it must be below epochs_per_round, which is 30"),
        ({"baseline": {"loss": "bec"}}, "baseline.loss: unknown value 'bec'; did you mean 'bce'?"),
        (
            {"baseline": {"activation": "sillu"}},
            "activation: unknown value 'sillu'; did you mean 'silu'? known: relu, leaky_relu,",
        ),
        (
            {"baseline": {"network": "unet"}},
            "network: unknown value 'unet'; known: mlp, logistic, cnn, resnet18",
        ),
        (
            {"grid": {"activation": [{"name": "leaky_relu", "slope": 0.2}]}},
            "grid.activation[0]: leaky_relu: unknown option 'slope'; known: negative_slope",
        ),
        (
            {"grid": {"loss": [{"name": "focal", "gamma": "high"}]}},
            "grid.loss[0]: focal.gamma: 'high' is not of type 'number'",
        ),
        ({"baseline": {"schedule": {"over": "round"}}}, "baseline.schedule: missing name; known:"),
        (
            {"baseline": {"schedule": {"name": "cosine", "over": "study"}}},
            "cosine.over: 'study' is not round, training, or a number of epochs",
        ),
        (
            {"baseline": {"network": {"file": "no.py", "class": "Net"}}},
            "baseline.network: there is no file no.py, relative to the folder that Snakemake runs"
            " in",
        ),
        (
            {"baseline": {"optimizer": {"file": "no.py", "class": "Mine"}}},
            "baseline.optimizer: optimizer cannot be a file; network and loss can",
        ),
        ({"baseline": {"network": {"file": "net.py"}}}, "missing `class`, the name of a class"),
        ({"baseline": {"width": 3}}, "baseline: unknown key 'width'; known: loss, batch_size"),
        ({"baseline": {"learning_rate": "1e-3"}}, "it is text: write 0.001"),
        (
            {"baseline": {"learning_rate": float("inf")}},
            "baseline.learning_rate: inf is not a finite number",
        ),
        ({"grid": {"depth": [1]}}, "grid: unknown key 'depth'"),
        ({"grid": {"loss": "ce"}}, "grid.loss: 'ce' should be a list, like [a, b]"),
        ({"grid": {"batch_size": [16, "big"]}}, "grid.batch_size[1]: 'big' should be a whole"),
        ({"grid": {"batch_size": [16, 16.0]}}, "non-unique"),
        ({"tables": {"t": {"vary": "depth"}}}, "tables.t.vary: unknown value 'depth'"),
        ({"tables": {"t": {"round": 1}}}, "tables.t: missing vary"),
        (
            {"tables": {"t": {"vary": "batch_size", "levels": ["relu"]}}},
            "tables.t.levels[0]: 'relu' should be a whole number",
        ),
        (
            {"tables": {"t": {"vary": "loss", "levels": ["mse"]}}},
            "tables.t.levels[0]: unknown value 'mse'",
        ),
        ({"tables": {"t": {"vary": "loss"}}}, "tables.t.vary: loss is not a factor of the grid"),
        (
            {"tables": {"t": {"vary": "loss", "metrics": ["val_acc"]}}},
            "tables.t.metrics[0]: unknown value 'val_acc'; did you mean 'val_accuracy'?",
        ),
        ({"tables": {"../t": {"vary": "loss"}}}, "the name '../t' cannot be a file's name"),
        ({"tables": {"t\n": {"vary": "loss"}}}, r"the name 't\n' cannot be a file's name"),
        ({"tables": {7: {"vary": "loss"}}}, "tables: the key 7 is not text; put it in quotes"),
        ({"figures": {"f": {"cell": {"depth": 2}}}}, "figures.f.cell: unknown key 'depth'"),
        ({"figures": {"f": {"kind": "bars"}}}, "figures.f.kind: unknown value 'bars'"),
        ({"figures": {"f": {"rounds": [0]}}}, "figures.f.rounds[0]: 0 is less than the minimum"),
        ({"datasets": {"wdbc": {"kind": "folders"}}}, "datasets.wdbc.kind: unknown value"),
        ({"datasets": {"wdbc": {"kind": "npz"}}}, "datasets.wdbc: missing path"),
        ({"datasets": {"wdbc": {"kind": "sklearn", "val_share": 1}}}, "val_share: 1 is greater"),
        (
            {"datasets": {"wdbc": {"kind": "folder", "path": "x", "positive": "a", "size": "big"}}},
            "datasets.wdbc.size: 'big' is not valid. The height and width that the images are",
        ),
        (
            {"datasets": {"wdbc": {"kind": "npz", "path": "x", "groups": {"pattern": "("}}}},
            "datasets.wdbc.groups.pattern: '(' is not a valid regular expression",
        ),
        (
            {"datasets": {"wdbc": {"kind": "npz", "path": "x", "groups": {"pattern": "a"}}}},
            "needs exactly one pair of parentheses",
        ),
        (
            {"datasets": {"wdbc": {"kind": "medmnist", "name": "bloodminst"}}},
            "datasets.wdbc.name: unknown value 'bloodminst'; did you mean 'bloodmnist'?",
        ),
        ({"pathvars": {"results": 3}}, "pathvars.results: 3 should be text"),
        (
            {"pathvars": {"results": True}},
            "pathvars.results: True should be text; YAML reads yes, no, on and off as true or fal",
        ),
        (
            {"reference": {"title": "t", "tables": SOURCE, "dataset": "d", "note": "no.html"}},
            "reference.note: there is no file no.html",
        ),
        ({"audit": {"fail_on": "sometimes"}}, "known: never, warning, error"),
        ({"datasets": {"a/b": {"kind": "sklearn"}}}, "the name 'a/b' cannot be a file's name"),
    ],
)
def test_a_mistake_is_named_with_its_key(change, expected):
    with pytest.raises(UserError) as error:
        read_config(MINIMAL | change)
    assert expected in str(error.value)


def test_a_forgotten_kind_is_all_that_is_said():
    with pytest.raises(UserError) as error:
        read_config(MINIMAL | {"datasets": {"wdbc": {"path": "x.npz"}}})
    assert str(error.value).splitlines()[1:] == ["  datasets.wdbc: missing kind"]


def test_all_mistakes_are_named_at_once():
    with pytest.raises(UserError) as error:
        read_config(MINIMAL | {"seeds": 0, "rounds": "two", "datasets": {"wdbc": 3}})
    lines = str(error.value).splitlines()
    assert lines[0] == "Configuration error"
    assert [line.split(":")[0].strip() for line in sorted(lines[1:])] == [
        "datasets.wdbc",
        "rounds",
        "seeds",
    ]
