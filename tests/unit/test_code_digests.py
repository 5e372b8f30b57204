"""What code outdates what: the digests against what Python really runs.

A training job and the preparation of data are traced, function by function. Whatever they ran must
be in their digest, and of modules that they did not even import nothing may be.
"""

import ast
import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from session import REPOSITORY

from study.settings.choices import DEVICE_KINDS, OWN_NETWORK, REGISTRIES
from study.settings.parameters import DEFAULTS
from study.store import code

MODULES = sorted(
    path.relative_to(REPOSITORY / "scripts").as_posix()
    for path in (REPOSITORY / "scripts" / "study").rglob("*.py")
)
CELLS = {
    "bce, relu, adam": DEFAULTS,
    "ce, relu, adam": DEFAULTS | {"loss": "ce"},
    "bce, tanhshrink, adam": DEFAULTS | {"activation": "tanhshrink"},
    "bce, relu, sgd": DEFAULTS | {"optimizer": "sgd"},
}
KINDS = ("npz", "folder", "sklearn")

TRACE = """
import json, sys
from pathlib import Path
scripts = Path(sys.argv[1])
sys.path.insert(0, str(scripts))
ran = set()
def ours(frame):
    return frame.f_code.co_filename.startswith(str(scripts))
def trace(frame, event, argument):
    code, above = frame.f_code, frame
    if not ours(frame) or code.co_name.startswith("<"):
        return
    while above := above.f_back:
        if ours(above) and above.f_code.co_name == "<module>":
            return  # part of an import
    ran.add((str(Path(code.co_filename).relative_to(scripts)), code.co_qualname))
sys.setprofile(trace)
{program}
sys.setprofile(None)
modules = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
loaded = [str(Path(m).relative_to(scripts)) for m in modules if m.startswith(str(scripts))]
print(json.dumps([sorted(ran), loaded]))
"""
TRAIN = """
import train
from study.training.memory import keep_memory
from study.training.run import train_run
keep_memory()
run = {{"parameters": {{"hidden_units": 4}}, "epochs": 2, "device": "cpu"}}
run |= {{"first": 0, "last": 0, "round": 1}}
parameters = train.DEFAULTS | run["parameters"]
for name, dropout in (("together", 0), ("in turn", 0.1)):
    folder = Path({out!r}, name)
    train_run(run, parameters | {{"dropout": dropout}}, Path({data!r}), None, folder)
"""
PREPARE = """
from study.data.prepared import prepare
prepare("wdbc", {{"kind": "sklearn", "name": "wdbc", "positive": "malignant",
                  "val_share": 0.2, "split_seed": 0}}, Path({out!r}))
"""


def traced(program: str, **paths: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """The functions of ours that a program ran, as (file, name), and the files that it imported."""
    program = program.format(**{name: str(path) for name, path in paths.items()})
    text = TRACE.replace("{program}", program)
    command = [sys.executable, "-c", text, str(REPOSITORY / "scripts")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ran, loaded = json.loads(done.stdout.splitlines()[-1])
    return {tuple(pair) for pair in ran}, set(loaded)


def copied_scripts(folder: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(REPOSITORY / "scripts", folder / "scripts", ignore=ignore))


@pytest.fixture
def scripts(tmp_path) -> Path:
    """A copy of the scripts, to change."""
    return copied_scripts(tmp_path)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory) -> Path:
    """A copy of the scripts for `changed`, which leaves them as they are: each is parsed once."""
    return copied_scripts(tmp_path_factory.mktemp("unchanged"))


def digests(scripts: Path, *names: str) -> dict[str, str]:
    """The digest of each of some cells and kinds of data, or all, by the code in a folder."""
    code._statements.cache_clear()
    code._path.cache_clear()
    nothing = dict.fromkeys([*REGISTRIES.values(), OWN_NETWORK], "") | {DEVICE_KINDS: "cpu"}
    found = {}
    names = names or (*CELLS, *KINDS)
    for name, cell in ((name, CELLS[name]) for name in names if name in CELLS):
        parts = [code.code_digest("train", uses=nothing, root=scripts)]
        for parameter, place in REGISTRIES.items():
            uses = nothing | {place: cell[parameter]}
            parts.append(code.code_digest("train", place, uses=uses, root=scripts))
        found[name] = " ".join(parts)
    for kind in (name for name in names if name in KINDS):
        found[kind] = code.code_digest(
            "study.data.prepared:prepare", uses={"study.data:KINDS": kind}, root=scripts
        )
    return found


@functools.cache
def digests_before(*names: str) -> dict[str, str]:
    """The digests by the code as it is."""
    return digests(REPOSITORY / "scripts", *names)


def changed(scripts: Path, texts: dict[str, str], *names: str) -> set[str]:
    """Which digests, of all or of those named, change when modules have other texts."""
    before = digests_before(*names)
    originals = {path: (scripts / path).read_text() for path in texts}
    try:
        for path, text in texts.items():
            (scripts / path).write_text(text)
        after = digests(scripts, *names)
    finally:
        for path, text in originals.items():
            (scripts / path).write_text(text)
    return {name for name in before if before[name] != after[name]}


def with_constant(tree: ast.Module, name: str) -> str:
    """A module's text in which a function, `f` or `Class.f`, has one more constant."""
    body = tree.body
    for part in name.replace(".<locals>", "").split("."):
        (node,) = [node for node in body if getattr(node, "name", None) == part]
        body = node.body
    body.append(ast.parse("_ = 12345").body[0])
    text = ast.unparse(tree)
    body.pop()
    return text


def with_constants(tree: ast.Module) -> str:
    """A module's text in which each function and class has one more constant."""
    for node in tree.body:
        if hasattr(node, "body") and hasattr(node, "name"):
            node.body.append(ast.parse("_ = 12345").body[0])
    return ast.unparse(tree)


def test_comments_docstrings_and_what_errors_say_change_nothing(scripts):
    before = digests(scripts)
    for path in MODULES:
        text = (scripts / path).read_text()
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
                node.body[0].value.value = "Another docstring."
            if isinstance(node, ast.Raise) and ast.unparse(node).startswith("raise UserError("):
                node.exc.args = [ast.Constant("Another message.")]
        (scripts / path).write_text(f"# a comment\n\n{ast.unparse(tree)}\n")
    assert digests(scripts) == before


def test_what_a_training_job_runs_decides_it_and_nothing_that_it_does_not_import(
    unchanged, data_folder, tmp_path
):
    ran, loaded = traced(TRAIN, data=data_folder, out=tmp_path / "out")
    assert ("study/training/loop.py", "train_round") in ran
    assert ("study/training/stacked.py", "train_stack") in ran
    trees = {path: ast.parse((unchanged / path).read_text()) for path in MODULES}
    missed = [
        (path, name)
        for path, name in sorted(ran)
        if not changed(unchanged, {path: with_constant(trees[path], name)}, "bce, relu, adam")
    ]
    assert missed == []
    others = {path: with_constants(trees[path]) for path in MODULES if path not in loaded}
    assert len(others) > 50
    assert changed(unchanged, others, *CELLS) == set()


def test_what_preparing_runs_decides_the_data_of_its_kind(unchanged, tmp_path):
    ran, loaded = traced(PREPARE, out=tmp_path / "out")
    assert ("study/data/bundled.py", "read") in ran
    for path, name in sorted(ran):
        tree = ast.parse((unchanged / path).read_text())
        kinds = KINDS if path == "study/data/bundled.py" else ("sklearn",)
        found = changed(unchanged, {path: with_constant(tree, name)}, *kinds)
        assert found == {"sklearn"}, (path, name)
    others = {
        path: with_constants(ast.parse((unchanged / path).read_text()))
        for path in MODULES
        if path not in loaded
    }
    assert len(others) > 50
    assert changed(unchanged, others, "sklearn") == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("training/losses.py", "outputs=lambda classes: classes,\n        source=\"as torch",
         "outputs=lambda classes: 2 * classes,\n        source=\"as torch", {"loss": "ce"}),
        ("training/criteria.py", "** gamma", "** (gamma + 1)", None),
        ("training/losses.py", 'title="CE"', 'title="Cross-entropy"', None),
        ("training/activations.py", '"torch.nn:ReLU"', '"torch.nn:ReLU6"', {"activation": "relu"}),
        ("training/activations.py", 'title="Leaky ReLU"', 'title="LReLU"', None),
        (
            "training/activations.py",
            "ACTIVATIONS = {",
            'ACTIVATIONS = {"gelu": Activation(title="GELU", module="torch.nn:GELU"),',
            None,
        ),
        ("training/devices/cuda.py", "WARM_UP = 3", "WARM_UP = 4", None),
        ("training/devices/__init__.py", "width=32", "width=16", None),
        ("training/devices/__init__.py", "width=12", "width=16", {}),
        ("training/devices/cpu.py", "return work", "return None", {}),
        ("training/optimizers.py", "copies=1", "copies=3", {"optimizer": "sgd"}),
        ("training/__init__.py", '"val_accuracy")', '"val_accuracy", "more")', {}),
        ("settings/parameters.py", 'SCHEMA["$defs"]["parameters"]', 'SCHEMA["$defs"]["more"]', {}),
        ("settings/choices.py", ".capitalize()", ".upper()", None),
        ("analysis/metrics.py", "CALIBRATION_BINS = 10", "CALIBRATION_BINS = 11", None),
    ],
)  # fmt: skip
def test_a_choice_outdates_its_own_cells(unchanged, path, old, new, expected):
    """`expected` has what the outdated cells have chosen, {} for all, None for none."""
    text = (unchanged / "study" / path).read_text()
    assert old in text
    outdated = set()
    if expected is not None:
        outdated = {name for name, cell in CELLS.items() if expected.items() <= cell.items()}
    assert changed(unchanged, {f"study/{path}": text.replace(old, new)}) == outdated


@pytest.mark.parametrize(
    "path",
    ["train.py", "run_program.py", "study/training/loop.py", "study/training/devices/cuda.py"],
)
def test_the_code_that_trains_does_not_decide_which_trial_is_chosen(scripts, path):
    uses = {DEVICE_KINDS: ""}
    before = code.code_digest("choose_trial", uses=uses, root=scripts)
    (scripts / path).write_text((scripts / path).read_text() + "\nprint(12345)\n")
    code._statements.cache_clear()
    assert code.code_digest("choose_trial", uses=uses, root=scripts) == before


@pytest.mark.parametrize(
    "statement",
    [
        "import study.near",
        "import study.near as other",
        "from study import near",
        "from study.near import value",
        "from study.near import *",
        "from study.near import value as other",
        "def f():\n    from study.near import value\n    return value",
        "import study.package.inner",
        "from study.package import inner",
        "from study.package.inner import value",
        'PLACE = "study.near:value"',
        'PLACE = "study.near:value.real"',
        'PLACE = "study.near.value"',
        "import study\nprint(study.near)",
        "from study import package\nprint(package.inner.value)",
        'PLACE = {"near": "study.package.inner"}',
    ],
)
def test_every_form_of_import_is_followed(tmp_path, statement):
    """Also relative ones, between modules; and the package's own file, which is run on the way."""
    package = tmp_path / "study"
    (package / "package").mkdir(parents=True)
    files = {
        "far.py": "value = 1\nunused = 1\n",
        "near.py": "from . import far\nvalue = far.value\n",
        "package/__init__.py": "from ..far import value as shared\nprint(shared)\n",
        "package/inner.py": "from ..far import value\n",
        "other.py": "value = 1\n",
        "__init__.py": "",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    use = (
        "print(value, near, other, inner, study.near.value, study.package.inner.value, PLACE, f())"
    )
    (tmp_path / "script.py").write_text(f"import csv\n{statement}\n{use}\n")

    def digest() -> str:
        code._statements.cache_clear()
        code._path.cache_clear()
        return code.code_digest("script", root=tmp_path)

    before = digest()
    for name, outdates in (("far.py", True), ("other.py", False)):
        (package / name).write_text(files[name].replace("value = 1", "value = 2"))
        assert (digest() != before) == outdates, name
        (package / name).write_text(files[name])
    (package / "far.py").write_text(files["far.py"].replace("unused = 1", "unused = 2"))
    assert digest() == before


def test_what_is_started_must_be_there(tmp_path):
    """Else its digest is that of nothing, and no change of it is ever seen."""
    (tmp_path / "script.py").write_text("@register\nclass Net:\n    pass\n")
    assert code.code_digest("script:Net", root=tmp_path)
    for start in ("scripts", "script:Nets", "3d_cnn", "", tmp_path / "3d_cnn.py"):
        with pytest.raises(LookupError):
            code.code_digest(start, root=tmp_path)


def test_packages_above_a_start_are_run_on_the_way(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "inner.py").write_text("value = 1\n")
    found = set()
    for text in ("print(1)", "print(2)"):
        (tmp_path / "package" / "__init__.py").write_text(text)
        for start in ("package.inner", "package.inner:value", tmp_path / "package" / "inner.py"):
            code._statements.cache_clear()
            found.add(code.code_digest(start, root=tmp_path))
    assert len(found) == 2


def test_a_string_that_can_be_no_name_asks_for_nothing(tmp_path):
    """A `"*"` in a script, say of a pattern, is not the star of an import."""
    (tmp_path / "script.py").write_text('import helpers\nprint("*", helpers.used())\n')
    (tmp_path / "helpers.py").write_text("def used(): return 1\n")
    before = code.code_digest("script", root=tmp_path)
    code._statements.cache_clear()
    code._parsed.cache_clear()
    (tmp_path / "helpers.py").write_text("def used(): return 1\n\ndef unused(): return 2\n")
    assert code.code_digest("script", root=tmp_path) == before


@pytest.mark.parametrize(
    "text",
    [
        "@register\ndef f():\n    return {}\n",
        "class C(Base):\n    value = {}\n",
        "class C(metaclass=Base):\n    value = {}\n",
        "_ = REGISTRY.setdefault('a', {})\n",
        "REGISTRY['a'] = {}\n",
        "A = (B := {})\n",
        "def __getattr__(name):\n    return {}\n",
        "if True:\n    A = {}\n",
        "for A in range({}):\n    pass\n",
        "try:\n    A = {}\nexcept ImportError:\n    pass\n",
        "REGISTRY |= {{'a': {}}}\nused()\n",
    ],
)
def test_what_may_do_more_than_bind_a_name_counts_wherever_it_is_imported(tmp_path, text):
    (tmp_path / "script.py").write_text("from near import used\nused()\n")
    found = set()
    for constant in ("1", "2"):
        more = f"{text.format(constant)}def used():\n    return REGISTRY\n"
        (tmp_path / "near.py").write_text(f"REGISTRY = {{}}\n{more}")
        code._statements.cache_clear()
        code._path.cache_clear()
        found.add(code.code_digest("script", root=tmp_path))
    assert len(found) == 2


def test_registries_are_cut_in_their_own_module_and_where_nothing_else_uses_them(tmp_path):
    script = "from near import LOSSES, OTHER\nimport far\nprint(LOSSES, OTHER, far.LOSSES)\n"
    (tmp_path / "script.py").write_text(script)
    near = "LOSSES = {{'a': f({}), 'b': f({}), 'c': g(LOSSES['b'])}}\nOTHER = 1\n"

    def digest(key: str, *constants: int) -> str:
        (tmp_path / "near.py").write_text(near.format(*constants[:2]))
        (tmp_path / "far.py").write_text(f"LOSSES = {{'a': 1, 'b': {constants[2]}}}\n")
        code._statements.cache_clear()
        code._path.cache_clear()
        return code.code_digest("script", uses={"near:LOSSES": key}, root=tmp_path)

    assert digest("a", 1, 1, 1) == digest("a", 1, 2, 1) != digest("a", 2, 1, 1)
    assert digest("c", 1, 1, 1) != digest("c", 1, 2, 1)  # which is made of b
    assert digest("a", 1, 1, 1) != digest("a", 1, 1, 2)  # another dict of that name


def test_digests_are_the_same_in_all_versions_of_python(tmp_path):
    """Worked out with 3.11, 3.12 and 3.13, of which each writes and splits strings differently."""
    text = "def f(a, *, b=None):\n    return f\"{a['x']!r:>{b}} and 'text' {{}}\"\n"
    (tmp_path / "script.py").write_text(text)
    code._statements.cache_clear()
    code._path.cache_clear()
    assert code.code_digest("script", root=tmp_path)[:12] == "7c4d21d7dff7"


REMEMBERING = """
import sys
sys.path.insert(0, sys.argv[1])
from study.store import code
follow, followed = code._follow, []
code._follow = lambda *what: followed.append(what) or follow(*what)
print(code.code_digest("train"), code.code_digest("train"), len(followed))
"""


def test_digests_are_worked_out_once_until_a_file_changes(scripts, tmp_path):
    def start() -> tuple[str, int]:
        """The digest by a process of its own, and how often it followed the code."""
        command = [sys.executable, "-c", REMEMBERING, str(scripts)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        first, second, count = done.stdout.split()
        assert first == second
        return first, int(count)

    digest, count = start()
    assert (digest, count) == (code.code_digest("train"), 1)
    assert start() == (digest, 1) and not (tmp_path / ".snakemake").exists()
    (tmp_path / ".snakemake").mkdir()
    assert [start(), start()] == [(digest, 1), (digest, 0)]
    loop = scripts / "study" / "training" / "loop.py"
    text = loop.read_text()
    loop.write_text(text + "\nprint(12345)\n")
    other, count = start()
    assert other != digest and count == 1
    loop.write_text(text)  # the same content, but by its times another file
    assert start() == (digest, 1)
    (memory,) = (tmp_path / ".snakemake").iterdir()
    for damaged in ("", "[]", '{"stamp": 1}'):
        memory.write_text(damaged)
        assert start() == (digest, 1)
    assert start() == (digest, 0)
