// What pages gain with script: sorting, filters, copying, comparing any two. All else is HTML.
"use strict";

document.documentElement.classList.add("js");

const number = (text) => {
  const found = text.replace(/−/g, "-").match(/-?\d+(\.\d+)?/);
  return found ? Number(found[0]) : null;
};

const make = (name, text = "", kind = "") => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (kind) element.className = kind;
  return element;
};

// --- Sorting: within the groups of a table, so that the human never mixes with systems.

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button");
    button.type = "button";
    const name = head.firstChild;
    head.insertBefore(button, name);
    button.append(name);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const up = head.matches(".s, .r") ? now !== "ascending" : now === "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const body of table.tBodies) sortRows(body, column, up ? 1 : -1);
    });
  });
}

function sortRows(body, column, sign) {
  const text = column === 0;
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column].firstChild;
    const shown = cell ? cell.textContent.trim() : "";
    return { row, key: text ? shown.toLowerCase() : keyOf(shown), then: text ? 0 : upTo(shown) };
  });
  rows.sort((one, other) => {
    if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
    const order = one.key < other.key ? -1 : one.key > other.key ? 1 : one.then - other.then;
    return order * sign;
  });
  body.append(...rows.map(({ row }) => row));
}

// The end of a range such as a rank's "1–3", which parts those that begin alike.
const upTo = (shown) => number(shown.split("–")[1] ?? "") ?? 0;

const keyOf = (shown) => (/^\d{4}-\d\d-\d\d$/.test(shown) ? Date.parse(shown) : number(shown));

// --- Filters: boards by source and history, rows by name, weights and size.

function filters(box) {
  const search = box.querySelector("#search");
  const selects = [...box.querySelectorAll("select")];
  const found = box.querySelector("#found");
  const sections = [...document.querySelectorAll(".board-section")];
  const apply = () => {
    const chosen = Object.fromEntries(selects.map((one) => [one.dataset.filter, one.value]));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrow = words.length || selects.some((one) => one.value);
    const ofSystems = chosen.weights || chosen.size;
    let shown = 0;
    for (const section of sections) {
      const fits = ["history", "source"].every(
        (name) => !chosen[name] || section.dataset[name] === chosen[name]);
      let here = 0;
      for (const row of section.querySelectorAll("tbody tr")) {
        const name = row.cells[0].textContent.toLowerCase();
        const kept = fits && words.every((word) => name.includes(word)) && rowFits(row, chosen);
        row.hidden = !kept;
        here += kept && !(ofSystems && row.matches(".human, .trivial"));
      }
      section.hidden = !here;
      shown += here;
    }
    const apart = document.querySelector(".apart");
    if (apart) {
      let next = apart.nextElementSibling;
      apart.hidden = true;
      for (; next; next = next.nextElementSibling) apart.hidden &&= next.hidden;
    }
    found.textContent = narrow ? `${shown} ${shown === 1 ? "row" : "rows"}` : "";
  };
  search.addEventListener("input", apply);
  for (const select of selects) select.addEventListener("change", apply);
  apply();
}

// Human and trivial rows have neither weights nor size: they stay as company.
function rowFits(row, chosen) {
  return ["weights", "size"].every(
    (name) => !chosen[name] || row.dataset[name] === undefined || row.dataset[name] === chosen[name]);
}

// --- Copying.

function copyable(code) {
  const button = make("button", "copy", "copy");
  button.type = "button";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  });
  code.after(" ", button);
}

// --- Comparing any two systems of a board, from each conversation's share in a figure.

function difference(board, first, second, figure) {
  const a = first.shares[figure], b = second.shares[figure];
  const value = first.values[figure] === null || second.values[figure] === null
    ? null : first.values[figure] - second.values[figure];
  let squares = 0, n = 0, own = 0, others = 0;
  for (let c = 0; c < a.length; c += 1) {
    own += a[c] !== null;
    others += b[c] !== null;
    if (a[c] === null && b[c] === null) continue;
    n += 1;
    squares += ((a[c] ?? 0) - (b[c] ?? 0)) ** 2;
  }
  if (value === null || own < 20 || others < 20) return { value };
  const reach = board.t[n] * Math.sqrt((n / (n - 1)) * squares);
  return { value, low: value - reach, high: value + reach };
}

const shown = (value, digits, sign = false) => {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(digits);
  const zero = Number(text) === 0;
  return (value < 0 && !zero ? "−" : sign && !zero ? "+" : "") + text;
};

function gapBar(gap, most) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const draw = (name, parts) => {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(parts)) element.setAttribute(key, value);
    svg.append(element);
  };
  const scale = 60 / (most || 1);
  for (const [key, value] of Object.entries({
    class: "b gap", viewBox: "-63 0 126 40", preserveAspectRatio: "none", "aria-hidden": "true",
  })) svg.setAttribute(key, value);
  draw("path", { class: "h", d: "M0 0v40" });
  draw("rect", { class: "i", x: gap.low * scale, y: 18, height: 4,
    width: Math.max(1, (gap.high - gap.low) * scale) });
  draw("rect", { class: "v", x: gap.value * scale - 1, y: 13, height: 14, width: 2 });
  return svg;
}

function compare(board) {
  const pick = Object.fromEntries(["a", "b", "c"].map((id) => [id, document.getElementById(id)]));
  const read = new URLSearchParams(location.hash.slice(1));
  pick.b.selectedIndex = Math.min(1, pick.b.length - 1);
  for (const [id, select] of Object.entries(pick)) {
    const options = select ? [...select.options].map((option) => option.value) : [];
    if (read.has(id) && options.includes(read.get(id))) select.value = read.get(id);
  }
  if (pick.a.value === pick.b.value && pick.a.length > 1) {
    pick.b.selectedIndex = pick.a.selectedIndex ? 0 : 1;
  }
  const update = () => {
    const [first, second] = [pick.a, pick.b].map(
      (select) => board.systems.find((system) => system.folder === select.value));
    fill(board, first, second);
    const apart = first === second ? null : toldApart(board, first, second);
    document.getElementById("verdict").textContent = apart === null
      ? "" : `On empathy the two are ${apart ? "" : "not "}told apart.`;
    beside([first, second], pick.c ? pick.c.value : "");
    const kept = new URLSearchParams({ a: pick.a.value, b: pick.b.value });
    if (pick.c && pick.c.value) kept.set("c", pick.c.value);
    history.replaceState(null, "", `#${kept}`);
  };
  for (const select of Object.values(pick)) select?.addEventListener("change", update);
  update();
}

// Ranked systems that share a letter are not told apart; of all else the data say it.
function toldApart(board, first, second) {
  if (first.apart) return first.apart[board.systems.indexOf(second)];
  if (second.apart) return second.apart[board.systems.indexOf(first)];
  const [own, others] = [first, second].map(
    (system) => [...system.letters.matchAll(/[a-z]|\(\d+\)/gi)].map((found) => found[0]));
  return own.length && others.length ? !own.some((letter) => others.includes(letter)) : null;
}

function fill(board, first, second) {
  const table = document.getElementById("two");
  const heads = table.tHead.rows[0].cells;
  heads[1].textContent = first.title;
  heads[2].textContent = second.title;
  table.tBodies[0].replaceChildren(...board.figures.map((name, figure) => {
    const digits = board.digits[figure];
    const gap = difference(board, first, second, figure);
    const row = make("tr");
    const head = make("th", name, "s");
    head.scope = "row";
    const known = gap.low !== undefined;
    const apart = known && (gap.low > 0 || gap.high < 0);
    const cell = make("td", shown(gap.value, digits, true), apart ? "f told" : "f");
    if (known) {
      const none = gap.high - gap.low <= 1e-9;
      const mark = none || first.bound[figure] || second.bound[figure] ? "†" : "";
      cell.append(make("small", `${shown(gap.low, digits, true)} to ${shown(gap.high, digits, true)}${mark}`));
    }
    const drawn = make("td", "", "p");
    if (known) drawn.append(gapBar(gap, Math.max(Math.abs(gap.low), Math.abs(gap.high))));
    row.append(head, make("td", shown(first.values[figure], digits), "f"),
      make("td", shown(second.values[figure], digits), "f"), cell, drawn);
    return row;
  }));
}

function beside(systems, conversation) {
  const box = document.getElementById("beside");
  const readable = box.dataset.readable.split(" ");
  box.replaceChildren(...(conversation ? systems : []).map((system) => {
    if (!readable.includes(system.folder)) {
      return make("p", `No words of ${system.title} are shown.`);
    }
    const frame = make("iframe");
    frame.title = `Conversation ${conversation} by ${system.title}`;
    frame.src = `../../${system.folder}/talk-${conversation}.html`;
    return frame;
  }));
}

document.addEventListener("DOMContentLoaded", () => {
  if (window.top !== window) document.documentElement.classList.add("framed");
  for (const table of document.querySelectorAll("table.board")) sortable(table);
  const box = document.querySelector(".index .filters");
  if (box) filters(box);
  for (const code of document.querySelectorAll("code.copy")) copyable(code);
  if (document.body.classList.contains("compare") && window.mintBoard) compare(window.mintBoard);
});
