// Sorts tables by a click on a heading, copies them as CSV, Markdown and LaTeX, and shows claims by
// their verdict. Without JavaScript the page lacks only the buttons.
"use strict";

const said = document.getElementById("said");

// ---- Sorting: by the number that a text starts with, or by the text; – comes last ---------------

const NOTHING = /^[–\s]*$/;

function sortKey(text) {
  const number = text.replace(/−/g, "-").replace(/,(?=\d{3})/g, "").match(/[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
  const below = text.startsWith("<") ? 0.999999 : 1;
  return number ? below * Number(number[0]) : NaN;
}

function compare(first, second, numbers) {
  const nothing = [first, second].map((text) => NOTHING.test(text));
  if (nothing[0] || nothing[1]) return nothing[0] === nothing[1] ? 0 : null;
  if (numbers) return sortKey(first) - sortKey(second);
  return first.localeCompare(second, "en", { numeric: true });
}

function sortRows(table, column, direction) {
  const body = table.tBodies[0];
  const numbers = table.tHead.rows[0].cells[column].classList.contains("number");
  const texts = new Map([...body.rows].map((row) => [row, row.cells[column].textContent.trim()]));
  const rows = [...body.rows].sort((one, other) => {
    if (!direction) return one.dataset.place - other.dataset.place;
    const order = compare(texts.get(one), texts.get(other), numbers);
    if (order === null) return NOTHING.test(texts.get(one)) ? 1 : -1;
    return direction * order || one.dataset.place - other.dataset.place;
  });
  body.append(...rows);
}

function makeSortable(table) {
  [...table.tBodies[0].rows].forEach((row, place) => (row.dataset.place = place));
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const after = { ascending: "descending", descending: null }[before] ?? (before ? null : "ascending");
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      if (after) heading.setAttribute("aria-sort", after);
      sortRows(table, column, { ascending: 1, descending: -1 }[after] ?? 0);
    });
  });
}

// ---- Copying: what is seen, in the order that is seen --------------------------------------------

// Its number is the page's: LaTeX, which counts itself, gets the caption without.
function contentOf(table) {
  const texts = (row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " "));
  const file = table.caption.querySelector(".file");
  const number = table.caption.querySelector("strong");
  const caption = (...without) =>
    [...table.caption.childNodes].filter((node) => !without.includes(node)).map((node) => node.textContent).join("").trim();
  return {
    caption: caption(file),
    unnumbered: caption(file, number),
    numbers: [...table.tHead.rows[0].cells].map((cell) => cell.classList.contains("number")),
    headings: texts(table.tHead.rows[0]),
    rows: [...table.tBodies[0].rows].map(texts),
  };
}

function toCsv({ headings, rows }) {
  const field = (text) => {
    const plain = text.replace(/−(?=\d)/g, "-");
    return /[",\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
  };
  return [headings, ...rows].map((row) => row.map(field).join(",")).join("\n") + "\n";
}

function toMarkdown({ caption, numbers, headings, rows }) {
  const line = (row) => `| ${row.map((text) => text.replace(/\|/g, "\\|")).join(" | ")} |`;
  const rule = numbers.map((number) => (number ? "---:" : "---"));
  return [line(headings), line(rule), ...rows.map(line), "", caption, ""].join("\n");
}

const LATEX = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "$<$", ">": "$>$",
  "±": "$\\pm$", "×": "$\\times$", "−": "$-$", "–": "--", "ε": "$\\varepsilon$", "η": "$\\eta$", "²": "$^2$",
  "α": "$\\alpha$", "≤": "$\\leq$", "≥": "$\\geq$", "…": "\\dots{}", "’": "'", "“": "``", "”": "''", "[": "{[}", "]": "{]}",
};

function latexText(text) {
  return [...text].map((sign) => LATEX[sign] ?? ("&%$#_{}".includes(sign) ? `\\${sign}` : sign)).join("");
}

// For a document that uses booktabs.
function toLatex({ unnumbered, numbers, headings, rows }) {
  const line = (row) => `    ${row.map(latexText).join(" & ")} \\\\`;
  return [
    "\\begin{table}", "  \\centering\\footnotesize", `  \\caption{${latexText(unnumbered)}}`,
    `  \\begin{tabular}{${numbers.map((number) => (number ? "r" : "l")).join("")}}`, "    \\toprule", line(headings), "    \\midrule",
    ...rows.map(line), "    \\bottomrule", "  \\end{tabular}", "\\end{table}", "",
  ].join("\n");
}

function copyByHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text);
  }
}

function addCopyButtons(table) {
  const bar = document.createElement("div");
  bar.className = "copy";
  bar.append("Copy as");
  const name = (table.caption.querySelector("strong")?.textContent ?? "").replace(/\.$/, "");
  const told = document.createElement("span");
  told.setAttribute("aria-hidden", "true");
  for (const [kind, convert] of [["CSV", toCsv], ["Markdown", toMarkdown], ["LaTeX", toLatex]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.setAttribute("aria-label", `Copy as ${kind}: ${name}`);
    button.addEventListener("click", async () => {
      const focused = document.activeElement;
      const done = await copy(convert(contentOf(table)));
      focused?.focus();
      told.textContent = done ? `${kind} copied` : "The browser does not let this page copy";
      said.textContent = `${name}: ${told.textContent}`;
    });
    bar.append(button);
  }
  bar.append(told); // behind the buttons, which must not move under the mouse
  table.closest(".table").append(bar);
}

for (const table of document.querySelectorAll("table.data")) {
  makeSortable(table);
  addCopyButtons(table);
}

// ---- Claims: which verdicts are shown ------------------------------------------------------------

for (const filters of document.querySelectorAll(".filters")) {
  filters.hidden = false;
  filters.addEventListener("click", ({ target }) => {
    if (!target.dataset.shows) return;
    const shown = target.getAttribute("aria-pressed") !== "true";
    target.setAttribute("aria-pressed", shown);
    for (const claim of document.querySelectorAll(".claim")) {
      if (claim.dataset.verdict === target.dataset.shows) claim.hidden = !shown;
    }
  });
}

// ---- Terms: their explanation is beside them, on hover too ----------------------------------------

for (const term of document.querySelectorAll(".term")) {
  const text = document.getElementById(term.getAttribute("popovertarget"));
  const open = () => {
    text.showPopover();
    const { left, top, bottom } = term.getBoundingClientRect();
    const across = Math.max(8, Math.min(left, innerWidth - text.offsetWidth - 8));
    const down = bottom + text.offsetHeight + 6 < innerHeight ? bottom + 6 : top - text.offsetHeight - 6;
    Object.assign(text.style, { margin: 0, inset: `${Math.max(8, down)}px auto auto ${across}px` });
  };
  term.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && open());
  term.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && text.hidePopover());
  term.addEventListener("click", (event) => {
    event.preventDefault();
    if (event.pointerType === "mouse" || !text.matches(":popover-open")) open();
    else text.hidePopover();
  });
}

// ---- The bar: where one is -----------------------------------------------------------------------

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((found) => found.isIntersecting)) {
      for (const link of document.querySelectorAll("nav a")) {
        if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
    }
  },
  { rootMargin: "-20% 0px -75% 0px" },
);
for (const part of document.querySelectorAll("section.part")) seen.observe(part);
