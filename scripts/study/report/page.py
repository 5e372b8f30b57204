"""The report: one HTML page of all that a study has written."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from study.report.inputs import Inputs
from study.report.sections import (
    cells,
    claims,
    cost,
    curves,
    data,
    explorer,
    fair,
    forest,
    grid,
    method,
    mistaken,
    noise,
    plots,
    provenance,
    published,
    reading,
    summary,
    tables,
)
from study.store.paths import REPORT_FOLDER

# anchor -> heading, and the sections that the part is made of
Parts = Mapping[str, tuple[str, Sequence[ModuleType]]]

# The parts of the page, in their order.
PARTS: Parts = {
    "found": ("What came out", (summary, forest)),
    "fair": ("Each side at its best, and other splits", (fair, noise)),
    "claims": ("How sure", (claims, published)),
    "tables": ("Tables", (tables, grid, cells)),
    "pictures": ("Pictures", (plots, mistaken, curves, explorer)),
    "data": ("Data", (data,)),
    "method": ("Method and cost", (method, cost, reading)),
    "runs": ("Where a number comes from", (provenance,)),
}


def render_page(inputs: Inputs) -> str:
    """The page of a study."""
    return render_parts(PARTS, inputs, inputs.study.title)


def render_parts(parts: Parts, inputs: Any, title: str) -> str:
    """A page of parts; text is escaped, style and script are the repository's.

    Args:
        parts: in their order.
        inputs: what their sections take.
        title: what the study is on.
    """
    environment = Environment(
        loader=FileSystemLoader(REPORT_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rendered = [
        {"id": name, "title": heading, "sections": render_sections(environment, modules, inputs)}
        for name, (heading, modules) in parts.items()
    ]
    style, script = (
        Markup((REPORT_FOLDER / name).read_text(encoding="utf-8"))
        for name in ("style.css", "script.js")
    )
    return environment.get_template("page.html.j2").render(
        dataset=title,
        parts=[part for part in rendered if part["sections"]],
        style=style,
        script=script,
    )


def render_sections(
    environment: Environment, modules: Sequence[ModuleType], inputs: Any
) -> list[dict[str, str]]:
    """The sections of a part that have something to say: `id`, `title` and `content`."""
    sections = []
    for module in modules:
        context = module.context(inputs)
        if context is None:
            continue
        name = module.__name__.rpartition(".")[2]
        template = environment.get_template(f"sections/{name}.html.j2")
        content = Markup(template.render(**context))
        title = context.get("title", module.TITLE)
        sections.append({"id": f"section-{name}", "title": title, "content": content})
    return sections
