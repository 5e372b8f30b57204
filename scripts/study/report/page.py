"""The report: one HTML page of all that a study has written."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from study.parameters import REPORT_FOLDER
from study.paths import study_title
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

# The parts in their order, each an anchor, a heading and the sections that it is made of.
PARTS = {
    "found": ("What came out", (summary, forest)),
    "fair": ("Each side at its best, and other splits", (fair, noise)),
    "claims": ("How sure", (claims, published)),
    "tables": ("Tables", (tables, grid, cells)),
    "pictures": ("Pictures", (plots, mistaken, curves, explorer)),
    "data": ("Data", (data,)),
    "method": ("Method and cost", (method, cost, reading)),
    "runs": ("Where a number comes from", (provenance,)),
}


def render_page(inputs: dict) -> str:
    """The page, from what `study.report.inputs.read_inputs` returns."""
    return render_parts(PARTS, inputs, study_title(inputs["study"]))


def render_parts(parts: dict[str, tuple], inputs: dict, title: str) -> str:
    """A page of parts such as `PARTS`; text is escaped, style and script are the repository's.

    Args:
        parts: anchor -> heading, and the sections that it is made of.
        inputs: what they take.
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


def render_sections(environment: Environment, modules: tuple, inputs: dict) -> list[dict]:
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
