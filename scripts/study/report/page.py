"""The report: a page with what was found, and one with all that it rests on."""

import re
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
    effects,
    errors,
    explorer,
    fair,
    first_screen,
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
from study.report.terms import TERMS, explained
from study.store.paths import REPORT_FOLDER

# anchor -> heading, and the sections that the part is made of
Parts = Mapping[str, tuple[str, Sequence[ModuleType]]]

# The parts of the first page, and of the one with all else, in their order.
REPORT: Parts = {
    "found": ("What came out", (first_screen,)),
    "claims": ("Claims", (claims,)),
    "effects": ("Effects", (effects,)),
    "errors": ("Errors", (errors, mistaken)),
}
APPENDIX: Parts = {
    "compared": ("What was compared", (summary,)),
    "fair": ("Each side at its best, and other splits", (fair, noise)),
    "tables": ("Tables", (tables, grid, cells)),
    "published": ("Published numbers", (published,)),
    "pictures": ("Pictures", (forest, plots, curves, explorer)),
    "data": ("Data", (data,)),
    "method": ("Method and cost", (method, cost, reading)),
    "runs": ("Where a number comes from", (provenance,)),
}
NAMES = ("report.html", "appendix.html")


def render_pages(inputs: Inputs) -> tuple[str, str]:
    """The report of a study and its appendix, each with links to the other."""
    pages = [render_parts(parts, inputs, inputs.study.title, place)
             for place, parts in enumerate((REPORT, APPENDIX))]  # fmt: skip
    report, appendix = pages
    return linked(report, appendix, NAMES[1]), linked(appendix, report, NAMES[0])


def linked(page: str, other: str, name: str) -> str:
    """A page whose links to what is only on another page lead to that page.

    Args:
        page: the page.
        other: the other page.
        name: its file, in the same folder.
    """
    here, there = (set(re.findall(r'\bid="([^"]+)"', text)) for text in (page, other))

    def lead(found: re.Match[str]) -> str:
        anchor = found[1]
        return f'href="{name}#{anchor}"' if anchor in there - here else found[0]

    return re.sub(r'href="#([^"]+)"', lead, page)


def render_parts(parts: Parts, inputs: Any, title: str, place: int | None = None) -> str:
    """A page of parts; text is escaped, style and script are the repository's.

    Args:
        parts: in their order.
        inputs: what their sections take.
        title: what the study is on.
        place: this page's place in NAMES, if it links to the other; None for a page alone.
    """
    environment = Environment(
        loader=FileSystemLoader(REPORT_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rendered: list[dict[str, Any]] = [
        {"id": name, "title": heading, "sections": render_sections(environment, modules, inputs)}
        for name, (heading, modules) in parts.items()
    ]
    used = set().union(*(each["terms"] for part in rendered for each in part["sections"]))
    style, script = (
        Markup((REPORT_FOLDER / name).read_text(encoding="utf-8"))
        for name in ("style.css", "script.js")
    )
    return environment.get_template("page.html.j2").render(
        dataset=title,
        place=place,
        other=None if place is None else NAMES[1 - place],
        parts=[part for part in rendered if part["sections"]],
        terms={name: term.text for name, term in TERMS.items() if name in used},
        style=style,
        script=script,
    )


def render_sections(
    environment: Environment, modules: Sequence[ModuleType], inputs: Any
) -> list[dict[str, Any]]:
    """The sections of a part that have something to say: `id`, `title`, `content` and `terms`."""
    sections = []
    for module in modules:
        context = module.context(inputs)
        if context is None:
            continue
        name = module.__name__.rpartition(".")[2]
        template = environment.get_template(f"sections/{name}.html.j2")
        content, terms = explained(template.render(**context))
        title = context.get("title", module.TITLE)
        sections.append(
            {"id": f"section-{name}", "title": title, "content": Markup(content), "terms": terms}
        )
    return sections
