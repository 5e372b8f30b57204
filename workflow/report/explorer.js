// Draws the learning curves of any cells, rounds and metrics with uPlot, from the numbers that the
// page holds: see scripts/study/analysis/curves.py for how they are packed.
"use strict";

(() => {
  const root = document.getElementById("explorer");
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]; // Okabe and Ito's
  const LISTED = 60; // of the cells that fit the filter
  const QUANTITIES = { loss: { label: "Loss", digits: 4, times: 1 }, accuracy: { label: "Accuracy (%)", digits: 2, times: 100 } };
  const HEIGHT = 300;

  // ---- The numbers -------------------------------------------------------------------------------

  const LAST = 65535;
  const { epochs, metrics, scales, cells } = data;
  const unpack = (text) => new Uint16Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
  const means = unpack(data.means);
  const each = unpack(data.each);
  const quantityOf = (metric) => metric.split("_")[1];
  const nameOf = (metric) => (metric.startsWith("train") ? "training" : "validation");
  const epochsOf = (cell) => cell.epochs ?? epochs;
  const AXIS = cells.some((cell) => cell.epochs) ? "Baseline epoch with the same number of updates" : "Epoch";

  let places = [0, 0];
  for (const cell of cells) {
    cell.at = places;
    const values = cell.rounds.length * metrics.length * epochsOf(cell);
    places = [places[0] + 2 * values, places[1] + cell.seeds.length * values];
  }

  function value(code, metric) {
    if (!code) return null;
    const { low, high, log } = scales[metric];
    const share = (code - 1) / (LAST - 1);
    const found = log ? Math.exp(Math.log(low) + share * Math.log(high / low)) : low + share * (high - low);
    return found * QUANTITIES[quantityOf(metrics[metric])].times;
  }

  // One line over the rounds that are chosen, null where there is nothing. Line 0 is the mean and 1
  // the sd; for single seeds, the line's number is the seed's place.
  function line(cell, metric, number, rounds, single) {
    const values = [];
    const lines = single ? cell.seeds.length : 2;
    const [numbers, start] = single ? [each, cell.at[1]] : [means, cell.at[0]];
    for (let round = rounds[0]; round <= rounds.at(-1); round++) {
      const place = rounds.includes(round) ? cell.rounds.indexOf(round) : -1;
      const from = start + ((place * metrics.length + metric) * lines + number) * epochsOf(cell);
      for (let epoch = 0; epoch < epochsOf(cell); epoch++) values.push(place < 0 ? null : value(numbers[from + epoch], metric));
    }
    return values;
  }

  // Where a cell's epochs are on the axis, which counts those of the baseline. A cell whose rounds
  // have more or fewer of them has its own places, so that equal numbers of updates line up.
  function along(cell, rounds) {
    const found = [];
    for (let round = rounds[0]; round <= rounds.at(-1); round++)
      for (let epoch = 1; epoch <= epochsOf(cell); epoch++) found.push((round - 1) * epochs + (epoch * epochs) / epochsOf(cell));
    return found;
  }

  // ---- What is chosen ----------------------------------------------------------------------------

  const chosen = new Set(data.first);
  const picked = (name) => [...root.querySelectorAll(`[name=${name}]:checked`)].map((input) => input.value);
  const list = root.querySelector(".choices");
  const filter = root.querySelector("[type=search]");
  const count = root.querySelector(".count");

  function listCells() {
    const words = filter.value.toLowerCase().split(/\s+/);
    const fitting = cells.map((cell, place) => place).filter((place) => words.every((word) => cells[place].title.toLowerCase().includes(word)));
    list.replaceChildren();
    for (const place of fitting.slice(0, LISTED)) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", name: "cell", value: place, checked: chosen.has(place) });
      label.append(box, ` ${cells[place].title}`);
      list.append(label);
    }
    const hidden = fitting.length - LISTED;
    count.textContent = hidden > 0 ? `and ${hidden} more: type to find them` : "";
  }

  list.addEventListener("change", ({ target }) => {
    if (target.checked) chosen.add(Number(target.value));
    else chosen.delete(Number(target.value));
    draw();
  });
  filter.addEventListener("input", listCells);
  for (const button of root.querySelectorAll("button[data-cells]")) {
    button.addEventListener("click", () => {
      chosen.clear();
      for (const place of JSON.parse(button.dataset.cells)) chosen.add(place);
      listCells();
      draw();
    });
  }
  root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  root.querySelector(".options").addEventListener("change", draw);

  // ---- Drawing -----------------------------------------------------------------------------------

  const legend = root.querySelector(".legend");
  const note = root.querySelector(".said");
  let plots = [];
  let shown = null; // what is drawn: epochs, cells, metrics, and the values of the legend

  const colour = (place) => COLOURS[place % COLOURS.length];
  const style = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  function seriesOf(quantity, places, chosenMetrics, rounds, single, log) {
    const series = [];
    const bands = [];
    const values = [];
    const at = new Map(shown.x.map((x, number) => [x, number]));
    places.forEach((place, order) => {
      const cell = cells[place];
      const own = along(cell, rounds).map((x) => at.get(x));
      const add = (numbers, look) => {
        const drawn = Array(shown.x.length); // undefined, which a line bridges, where others have epochs
        numbers.forEach((number, epoch) => (drawn[own[epoch]] = number));
        series.push({ points: { show: numbers.filter((n) => n !== null).length < 2 }, ...look });
        values.push(drawn);
      };
      for (const metric of chosenMetrics.filter((metric) => quantityOf(metrics[metric]) === quantity)) {
        const look = { stroke: colour(order), width: 2, dash: metrics[metric].startsWith("train") ? [5, 4] : [] };
        if (single && cell.seeds.length) {
          cell.seeds.forEach((seed, number) => add(line(cell, metric, number, rounds, true), { ...look, width: 1, alpha: 0.6 }));
          continue;
        }
        const mean = line(cell, metric, 0, rounds);
        const spread = line(cell, metric, 1, rounds);
        const least = Math.min(...mean.filter((number) => number !== null));
        const edge = (sign) => mean.map((number, at) => (number === null || spread[at] === null ? null : number + sign * spread[at]));
        if (!single) {
          add(edge(1), { stroke: "transparent", width: 0 });
          add(edge(-1).map((number) => (log && number !== null ? Math.max(number, least / 2) : number)), { stroke: "transparent", width: 0 });
          bands.push({ series: [series.length - 1, series.length], fill: `${colour(order)}33` });
        }
        add(mean, look);
      }
    });
    return { series, bands, values };
  }

  function plot(quantity, x, drawn, log) {
    const box = document.createElement("div");
    box.className = "plot";
    Object.assign(box, { tabIndex: 0 });
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${QUANTITIES[quantity].label} by epoch. The arrow keys read the values out.`);
    root.querySelector(".plots").append(box);
    const axis = { stroke: style("--ink"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line") }, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif" };
    const made = new uPlot(
      {
        width: box.clientWidth || 600,
        height: HEIGHT,
        scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
        axes: [{ ...axis, label: AXIS }, { ...axis, label: QUANTITIES[quantity].label, size: 64 }],
        legend: { show: false },
        series: [{}, ...drawn.series],
        bands: drawn.bands,
        cursor: { points: { show: false } },
        hooks: { setCursor: [({ cursor }) => readOut(cursor.idx)] },
      },
      [x, ...drawn.values],
      box,
    );
    box.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const at = Math.min(Math.max((shown.at ?? -1) + step, 0), x.length - 1);
      made.setCursor({ left: made.valToPos(x[at], "x"), top: HEIGHT / 3 });
      readOut(at);
    });
    plots.push({ made, box });
  }

  // The values at an epoch, beside each cell's name; how many seeds they are over where there is none.
  function readOut(at) {
    shown.at = at ?? null;
    const round = at === null || at === undefined ? null : Math.ceil(shown.x[at] / epochs);
    legend.querySelectorAll("output").forEach((output, order) => {
      const cell = cells[shown.places[order]];
      if (round === null) {
        const numbers = cell.rounds.map((number, at) => (shown.rounds.includes(number) ? cell.n[at] : 0)).filter(Boolean);
        output.textContent = `${[...new Set(numbers)].join(" or ") || "no"} seeds`;
        return;
      }
      const share = shown.x[at] / epochs - (round - 1);
      const epoch = Math.max(1, Math.round(share * epochsOf(cell)));
      const values = shown.metrics
        .map((metric) => {
          const [mean, spread] = [0, 1].map((number) => line(cell, metric, number, [round])[epoch - 1]);
          const { digits } = QUANTITIES[quantityOf(metrics[metric])];
          const text = mean === null ? "–" : `${mean.toFixed(digits)}${spread === null ? "" : ` ± ${spread.toFixed(digits)}`}`;
          return `${nameOf(metrics[metric])} ${quantityOf(metrics[metric])} ${text}`;
        })
        .join(", ");
      output.textContent = `${cell.epochs ? `epoch ${epoch} of ${cell.epochs}: ` : ""}${values}`;
    });
    root.querySelector(".epoch").textContent = round === null ? "" : `Epoch ${+shown.x[at].toFixed(2)}, round ${round}:`;
  }

  function drawLegend(places) {
    legend.replaceChildren();
    places.forEach((place, order) => {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      const link = document.createElement("a");
      swatch.className = "swatch";
      swatch.style.background = colour(order);
      link.href = `#cell-${cells[place].name}`;
      link.textContent = cells[place].title;
      item.append(swatch, link, " ", document.createElement("output"));
      legend.append(item);
    });
  }

  function draw() {
    for (const { made, box } of plots) {
      made.destroy();
      box.remove();
    }
    plots = [];
    const places = [...chosen].sort((one, other) => one - other);
    const rounds = picked("round").map(Number).filter((round) => places.some((place) => cells[place].rounds.includes(round)));
    const chosenMetrics = picked("metric").map((name) => metrics.indexOf(name));
    const [single, log] = [picked("spread")[0] === "seeds", picked("axis")[0] === "log"];
    drawLegend(places);
    shown = { places, rounds, metrics: chosenMetrics, x: [], at: null };
    const nothing = !places.length ? "Choose a cell." : !rounds.length ? "Choose a round that these cells have." : !chosenMetrics.length ? "Choose a metric." : "";
    const without = single ? places.filter((place) => !cells[place].seeds.length).length : 0;
    note.textContent = nothing || (without ? `${without} of these cells are shown as means: the page has single seeds for only some cells.` : "");
    if (nothing) return;
    shown.x = [...new Set(places.flatMap((place) => along(cells[place], rounds)))].sort((one, other) => one - other);
    for (const quantity of Object.keys(QUANTITIES)) {
      const logarithmic = log && quantity === "loss";
      const drawn = seriesOf(quantity, places, chosenMetrics, rounds, single, logarithmic);
      if (drawn.series.length) plot(quantity, shown.x, drawn, logarithmic);
    }
    readOut(null);
  }

  root.hidden = false;
  listCells();
  draw();
  new ResizeObserver(() => {
    for (const { made, box } of plots) if (box.clientWidth && box.clientWidth !== made.width) made.setSize({ width: box.clientWidth, height: HEIGHT });
  }).observe(root);
  for (const medium of ["(prefers-color-scheme: dark)", "print"]) matchMedia(medium).addEventListener("change", draw);
})();
