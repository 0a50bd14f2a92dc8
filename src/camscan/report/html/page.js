"use strict";
// Every text from a device reaches the page through textContent only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { fields, rows, details, heard, texts } = data;
  const at = Object.fromEntries(fields.map((name, index) => [name, index]));
  const PAGE = 50;
  const body = document.getElementById("rows");
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const selects = [...form.querySelectorAll("select")];
  const heads = [...document.querySelectorAll("#table thead th")];
  const columns = heads.map((head) => head.dataset.field);
  const titles = heads.map((head) => head.textContent.trim());
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const opened = new Set();
  let haystacks = null;
  let found = rows.map((_, index) => index);
  let page = 0;
  let sorted = { field: "", down: false };

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (number) => number.toLocaleString("en");
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // Text of a device: versions and port lists keep their order on a right-to-left page.
  const own = (tag, className, text) => {
    const element = make(tag, className, text);
    element.dir = /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? "auto" : "ltr";
    return element;
  };

  // Findings are "a; b (to be checked)": a filter matches one whole part.
  const parts = (field, value) => (field === "findings" ? value.split("; ").filter(Boolean) : [value]);

  for (const select of selects) {
    const field = select.dataset.field;
    const known = new Map();
    for (const row of rows) for (const part of parts(field, row[at[field]])) known.set(part, (known.get(part) || 0) + 1);
    if (known.size < 2 && !(known.size === 1 && !known.has(""))) select.closest("label").hidden = true;
    select.append(new Option(texts.all, "\0all"));
    for (const name of [...known.keys()].sort(collator.compare)) {
      if (field === "findings" && !name) continue;
      select.append(new Option(`${name || texts.unknown} (${count(known.get(name))})`, name));
    }
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = selects.filter((s) => s.value !== "\0all").map((s) => [s.dataset.field, at[s.dataset.field], s.value]);
    if (words.length && !haystacks) haystacks = rows.map((row) => row.join("\n").toLowerCase());
    found = [];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (wanted.every(([field, column, value]) => (field === "findings" ? parts(field, row[column]).includes(value) : row[column] === value)) &&
          words.every((word) => haystacks[index].includes(word))) found.push(index);
    }
    order();
    page = 0;
    show();
  }

  function order() {
    if (!sorted.field) return;
    const column = at[sorted.field];
    const sign = sorted.down ? -1 : 1;
    found.sort((one, other) => {
      const a = rows[one][column], b = rows[other][column];
      if (!a !== !b) return a ? -1 : 1; // what is unknown comes last, whatever the direction
      return sign * collator.compare(a, b) || one - other;
    });
  }

  function show(everything) {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(page, pages - 1);
    const visible = everything ? found : found.slice(page * PAGE, (page + 1) * PAGE);
    const fragment = document.createDocumentFragment();
    for (const index of visible) {
      fragment.append(line(index));
      if (opened.has(index)) fragment.append(detail(index));
    }
    body.replaceChildren(fragment);
    document.getElementById("count").textContent = fill(texts.shown, { shown: count(found.length), all: count(rows.length) });
    document.getElementById("page").textContent = fill(texts.page, { page: count(page + 1), pages: count(pages) });
    document.getElementById("back").disabled = page === 0;
    document.getElementById("forth").disabled = page === pages - 1;
    document.querySelector(".pager").hidden = pages === 1;
  }

  function line(index) {
    const row = rows[index];
    const tr = make("tr", "row");
    tr.dataset.index = index;
    columns.forEach((field, position) => {
      const value = row[at[field]];
      const td = make("td");
      td.dataset.label = titles[position];
      if (field === "ip") {
        const button = make("button", "open", value);
        button.type = "button";
        button.setAttribute("aria-expanded", String(opened.has(index)));
        button.setAttribute("aria-label", `${value}: ${fill(texts.details, { device: value })}`);
        td.append(button);
      } else {
        td.append(own("bdi", "", value || (field === "maker" ? texts.unknown : "")));
        if (!value && field !== "maker") td.replaceChildren();
        if (field === "maker" && !value) td.className = "missing";
        if (field === "maker" && value && row[at.brand] && row[at.brand] !== value) td.className = "other";
        if (field === "findings" && value) td.className = "found";
      }
      tr.append(td);
    });
    return tr;
  }

  function detail(index) {
    const tr = make("tr", "detail");
    tr.id = `detail-${index}`;
    const td = make("td");
    td.colSpan = columns.length;
    tr.append(td);
    const known = details && details[index];
    if (!known) {
      td.append(make("p", "note", texts.left_out));
      return tr;
    }
    const [claims, findings, facts, notes] = known;
    if (findings.length) {
      const list = make("ul", "findings");
      for (const [wording, basis, source, effective] of findings) {
        const item = make("li");
        item.append(own("bdi", "", wording), " ", own("bdi", "from", [wording.includes(basis) ? "" : basis, source, effective].filter(Boolean).join(" · ")));
        list.append(item);
      }
      td.append(list);
    }
    const grid = make("div", "claims");
    for (const claim of claims) grid.append(claimed(claim));
    td.append(claims.length ? grid : make("p", "note", texts.none));
    const dl = make("dl", "facts");
    for (const [label, text] of facts) {
      const dd = make("dd");
      dd.append(own("bdi", "", text));
      dl.append(make("dt", "", label), dd);
    }
    dl.classList.add("apart");
    td.append(dl);
    if (notes.length) {
      const list = make("ul");
      for (const note of notes) list.append(make("li", "", note));
      td.append(list);
    }
    return tr;
  }

  function claimed([name, value, confidence, evidence, against]) {
    const box = make("div", "claim");
    box.append(make("p", "label", texts[`claim.${name}`]));
    const shown = make("p", "value");
    shown.append(own("bdi", "", value), " ", make("span", "sure", fill(texts.sure, { percent: `${Math.round(confidence * 100)}%` })));
    box.append(shown);
    const list = make("ul");
    for (const each of evidence) list.append(said(each));
    for (const each of against) {
      const item = said(each);
      item.classList.add("against");
      item.prepend(`${texts.against}: `, make("bdi", "", each[2]), " – ");
      list.append(item);
    }
    if (list.children.length) box.append(list);
    return box;
  }

  function said([where, value]) {
    const [source, field, rule] = heard[where];
    const item = make("li");
    item.append(own("q", "", value), " ", own("bdi", "from", `${source} ${field} · ${rule}`));
    return item;
  }

  function toggle(index) {
    if (!opened.delete(index)) opened.add(index);
    const tr = body.querySelector(`tr.row[data-index="${index}"]`);
    if (!tr) return;
    tr.querySelector(".open").setAttribute("aria-expanded", String(opened.has(index)));
    const next = tr.nextElementSibling;
    if (next && next.classList.contains("detail")) next.remove();
    if (opened.has(index)) tr.after(detail(index));
  }

  function jump() {
    const wanted = /^#device=(.+)$/.exec(location.hash);
    if (!wanted) return;
    const index = rows.findIndex((row) => row[at.id] === decodeURIComponent(wanted[1]));
    if (index < 0) return;
    search.value = "";
    for (const select of selects) select.value = "\0all";
    opened.add(index);
    filter();
    page = Math.floor(found.indexOf(index) / PAGE);
    show();
    const tr = body.querySelector(`tr.row[data-index="${index}"]`);
    tr.scrollIntoView({ block: "start" });
    tr.querySelector(".open").focus({ preventScroll: true });
  }

  body.addEventListener("click", (event) => {
    const tr = event.target.closest("tr.row");
    if (tr && !String(getSelection())) toggle(Number(tr.dataset.index));
  });
  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  heads.forEach((head) => head.querySelector("button").addEventListener("click", () => {
    const field = head.dataset.field;
    sorted = { field, down: sorted.field === field && !sorted.down };
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
    order();
    page = 0;
    show();
  }));
  const turn = (step) => () => { page += step; show(); document.getElementById("devices").scrollIntoView({ block: "start" }); };
  document.getElementById("back").addEventListener("click", turn(-1));
  document.getElementById("forth").addEventListener("click", turn(1));
  // Paper cannot be opened: print every device found by the filter, and the sites.
  const folds = document.querySelectorAll("#places .fold:not([open]), #coverage .fold:not([open])");
  addEventListener("beforeprint", () => { show(true); for (const fold of folds) fold.open = true; });
  addEventListener("afterprint", () => { show(); for (const fold of folds) fold.open = false; });
  addEventListener("hashchange", jump);
  show();
  jump();
})();
