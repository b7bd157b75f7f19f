"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  // Parsed only when something is opened or searched for: it is most of the page.
  let parsed;
  const siteOf = (row) => (parsed ??= JSON.parse(byId("data").textContent))[Number(row.id.slice(1))];
  const words = JSON.parse(byId("words").textContent);

  const make = (tag, name, ...children) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children);
    return element;
  };

  // Texts come as prose and code in turns.
  const prose = (pieces) =>
    pieces.map((piece, i) => (i % 2 ? make("code", "", piece) : piece)).filter((piece) => piece);

  const code = (pieces) =>
    pieces.map((piece) => (typeof piece === "string" ? piece : make("span", `h-${piece[0]}`, piece[1])));

  // ---- what a row opens to

  const listing = (name, label, lines) => {
    const box = make("div", `listing ${name}`, ...lines);
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", label);
    return box;
  };

  const sourceLine = ([number, own, pieces]) =>
    make("div", own ? "l own" : "l", make("span", "n", String(number)), make("span", "s", ...code(pieces)));

  const KINDS = { "+": "l added", "-": "l removed", "@": "l hunk", " ": "l" };
  const diffLine = ([sign, pieces]) =>
    make("div", KINDS[sign], make("span", "n", sign === "@" ? "" : sign), make("span", "s", ...code(pieces)));

  const fix = (offer) => {
    const block = make("div", "fix",
      make("p", "", make("b", "", offer.kind), " ",
        make("span", offer.safe ? "tag safe" : "tag unsafe", offer.applicability), " ", offer.what));
    if (offer.note.length) block.append(make("p", "note", ...prose(offer.note)));
    if (offer.diff.length) block.append(listing("diff", `${words.fixes}: ${offer.kind}`, offer.diff.map(diffLine)));
    return block;
  };

  const part = (title, ...content) => make("section", "part", make("h3", "", title), ...content);

  const detail = (site) => {
    const content = make("div", "detail");
    if (site.message.join("")) content.append(make("p", "message", ...prose(site.message)));
    content.append(make("p", "where", make("code", "place", site.place), " ", make("code", "", site.scope), " ", make("code", "", site.call)));
    const facts = make("dl", "facts");
    for (const [label, text] of site.facts) facts.append(make("div", "", make("dt", "", label), make("dd", "", ...prose(text))));
    const source = site.source.length
      ? listing("source", words.source, site.source.map(sourceLine))
      : make("p", "note", words.noSource);
    const evidence = make("ol", "chain", ...site.evidence.map(([place, text]) =>
      make("li", "", make("code", "place", place), make("span", "", ...prose(text)))));
    content.append(part(words.source, source), facts);
    if (site.evidence.length) content.append(part(words.evidence, evidence));
    if (site.fixes.length) content.append(part(words.fixes, ...site.fixes.map(fix)));
    else if (site.message.join("")) content.append(part(words.fixes, make("p", "note", words.noFix)));
    return content;
  };

  const opener = (row) => row.querySelector("button");

  const setOpen = (row, open) => {
    const button = opener(row);
    if ((button.getAttribute("aria-expanded") === "true") === open) return;
    button.setAttribute("aria-expanded", String(open));
    row.classList.toggle("open", open);
    if (!open) {
      button.removeAttribute("aria-controls");
      row.nextElementSibling.remove();
      remember();
      return;
    }
    const cell = make("td", "", detail(siteOf(row)));
    cell.colSpan = row.cells.length;
    const below = make("tr", "below", cell);
    below.id = `${row.id}-more`;
    button.setAttribute("aria-controls", below.id);
    row.after(below);
    remember();
  };

  // ---- rows: search, filters, order

  const body = byId("rows");
  let rows = body ? all(".row", body) : [];
  const RANKS = { no: 0, partial: 1, yes: 2 };
  const text = (row, name) => row.querySelector(name).textContent;
  const state = (row, name) => RANKS[row.querySelector(`${name} .cell`).classList[1]];
  const place = (row) => [text(row, ".path"), Number(text(row, ".line").slice(1))];
  const KEYS = {
    risk: (row) => [Number(row.id.slice(1))],
    task: (row) => [text(row, ".name").toLowerCase(), ...place(row)],
    file: place,
    tracked: (row) => [state(row, ".c-tracked"), Number(row.id.slice(1))],
    cleaned: (row) => [state(row, ".c-cleaned"), Number(row.id.slice(1))],
    rule: (row) => [row.dataset.rule || "~", Number(row.id.slice(1))],
  };

  const compare = (one, other) => {
    for (let i = 0; i < one.length; i++) {
      if (one[i] < other[i]) return -1;
      if (one[i] > other[i]) return 1;
    }
    return 0;
  };

  const order = { key: "risk", down: false };
  const sortBy = (key, down) => {
    Object.assign(order, { key, down });
    const keyed = rows.map((row) => [KEYS[key](row), row]);
    keyed.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
    rows = keyed.map(([, row]) => row);
    const sorted = document.createDocumentFragment();
    for (const row of rows) {
      const below = row.classList.contains("open") ? row.nextElementSibling : null;
      sorted.append(row);
      if (below) sorted.append(below);
    }
    body.append(sorted);
    for (const heading of all("th[data-key]")) {
      if (heading.dataset.key === key) heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    byId("sort").value = key;
    filter();
  };

  const haystacks = new Map();
  const haystack = (row) => {
    if (!haystacks.has(row)) {
      const site = siteOf(row);
      const found = `${row.textContent} ${site.place} ${site.scope} ${site.message.join("")}`;
      haystacks.set(row, found.toLowerCase());
    }
    return haystacks.get(row);
  };

  // A browser takes long to lay out thousands of rows, and nobody reads them all.
  const AT_ONCE = rows.filter((row) => !row.classList.contains("late")).length;
  let limit = AT_ONCE;

  const filter = () => {
    const wanted = byId("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const risks = new Set(all("[name=risk]:checked").map((box) => box.value));
    const rule = byId("rule").value;
    const component = byId("component").value;
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!risks.size || risks.has(row.classList[1])) &&
        (!rule || row.dataset.rule === rule) &&
        (!component || row.dataset.component === component) &&
        wanted.every((word) => haystack(row).includes(word));
      row.classList.remove("late");
      row.hidden = !fits || shown >= limit;
      if (row.classList.contains("open")) row.nextElementSibling.hidden = row.hidden;
      shown += fits;
    }
    byId("rest").hidden = shown <= limit;
    byId("rest").textContent = words.rest.replace("{count}", shown - limit);
    byId("shown").textContent = words.shown.replace("{shown}", shown).replace("{total}", rows.length);
    byId("empty").hidden = shown > 0;
    byId("clear").disabled = !(wanted.length || risks.size || rule || component);
    remember();
  };

  // ---- the address: which part is shown, what is filtered, which task is open

  const CHOICES = ["search", "rule", "component"];
  let restoring = true;

  const remember = () => {
    if (restoring) return;
    const kept = new URLSearchParams();
    const tab = tabs.find((each) => each.getAttribute("aria-selected") === "true");
    const part = tab && tab.getAttribute("aria-controls");
    if (part && part !== "scan") kept.set("part", part);
    for (const id of CHOICES) if (byId(id).value) kept.set(id, byId(id).value);
    const risks = all("[name=risk]:checked").map((box) => box.value);
    if (risks.length) kept.set("risk", risks.join(","));
    if (order.key !== "risk" || order.down) kept.set("sort", `${order.down ? "-" : ""}${order.key}`);
    const open = all(".row.open", body).map((row) => row.id);
    if (open.length) kept.set("open", open.join(","));
    const hash = kept.toString();
    const address = hash ? `#${hash}` : location.pathname + location.search;
    // Pages of some origins may not change their address.
    try { history.replaceState(null, "", address); } catch { /* it stays as it was */ }
  };

  const restore = () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const id of CHOICES) if (kept.has(id)) byId(id).value = kept.get(id);
    const risks = new Set((kept.get("risk") || "").split(","));
    for (const box of all("[name=risk]")) box.checked = risks.has(box.value);
    const sort = kept.get("sort") || "risk";
    const key = sort.replace("-", "");
    if (key in KEYS) sortBy(key, sort.startsWith("-"));
    for (const id of (kept.get("open") || "").split(",")) {
      const row = /^t\d+$/.test(id) && byId(id);
      if (row) setOpen(row, true);
    }
    const part = kept.get("part");
    if (tabs.some((tab) => tab.getAttribute("aria-controls") === part)) show(part);
    restoring = false;
  };

  const clear = () => {
    document.querySelector(".tools").reset();
    limit = AT_ONCE;
    sortBy("risk", false);
  };

  const showAll = () => {
    limit = Infinity;
    filter();
  };

  const visible = () => rows.filter((row) => !row.hidden);

  const step = (row, by) => {
    const list = all(".row:not([hidden])", body);
    const next = list[list.indexOf(row) + by];
    if (next) opener(next).focus();
  };

  const setUpRows = () => {
    body.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (event.target.closest("a")) return;
      if (row && !String(getSelection())) setOpen(row, !row.classList.contains("open"));
    });
    body.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by || !event.target.classList.contains("opener")) return;
      event.preventDefault();
      step(event.target.closest(".row"), by);
    });
    for (const heading of all("th[data-key]")) {
      const button = make("button", "", heading.textContent);
      button.type = "button";
      button.addEventListener("click", () => {
        const { key } = heading.dataset;
        sortBy(key, order.key === key && !order.down);
      });
      heading.replaceChildren(button);
    }
    const tools = document.querySelector(".tools");
    tools.addEventListener("submit", (event) => event.preventDefault());
    for (const kind of ["input", "change"]) {
      tools.addEventListener(kind, (event) => event.target.id !== "sort" && filter());
    }
    byId("clear").addEventListener("click", clear);
    byId("rest").addEventListener("click", showAll);
    byId("sort").addEventListener("change", (event) => sortBy(event.target.value, false));
    byId("all").addEventListener("click", () => {
      const open = visible().some((row) => !row.classList.contains("open"));
      for (const row of visible()) setOpen(row, open);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      show("scan");
      byId("search").focus();
    });
    filter();
  };

  // ---- parts of the report

  const tabs = all("[role=tab]");
  const show = (id) => {
    for (const tab of tabs) {
      const selected = tab.getAttribute("aria-controls") === id;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).classList.toggle("chosen", selected);
      // Along the bar only: the page stays where it is.
      if (selected) tab.parentElement.scrollLeft = tab.offsetLeft;
    }
    remember();
  };

  const setUpTabs = () => {
    for (const tab of tabs) {
      const panel = byId(tab.getAttribute("aria-controls"));
      panel.setAttribute("role", "tabpanel");
      tab.addEventListener("click", () => show(panel.id));
      tab.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
        show(next.getAttribute("aria-controls"));
        next.focus();
      });
    }
    show("scan");
  };

  // The change of a step of the plan, below the step.
  const setUpChanges = () => {
    byId("plan").addEventListener("click", (event) => {
      const button = event.target.closest(".change");
      if (!button) return;
      const row = button.closest("tr");
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      if (!open) {
        row.nextElementSibling.remove();
        return;
      }
      const site = siteOf(byId(`t${button.dataset.task}`));
      const cell = make("td", "", make("div", "detail", fix(site.fixes[0])));
      cell.colSpan = row.cells.length;
      row.after(make("tr", "below", cell));
    });
  };

  // A link to a task opens it.
  const follow = () => {
    const row = /^#t\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!row) return;
    show("scan");
    if (row.hidden) clear();
    if (row.hidden) showAll();
    setOpen(row, true);
    row.scrollIntoView({ block: "start" });
    opener(row).focus({ preventScroll: true });
  };

  // ---- light and dark

  const THEMES = ["auto", "light", "dark"];
  const setUpTheme = () => {
    const button = byId("theme");
    const apply = (theme) => {
      document.documentElement.dataset.theme = theme;
      button.textContent = words[theme];
    };
    // A browser may keep nothing for pages from disk.
    const kept = () => { try { return localStorage.getItem("taskleash-theme"); } catch { return null; } };
    const keep = (theme) => { try { localStorage.setItem("taskleash-theme", theme); } catch { /* as above */ } };
    apply(THEMES.includes(kept()) ? kept() : "auto");
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
      apply(next);
      keep(next);
    });
  };

  setUpTheme();
  if (body) {
    setUpTabs();
    setUpRows();
    setUpChanges();
    addEventListener("hashchange", follow);
    addEventListener("beforeprint", () => all("details").forEach((one) => { one.open = true; }));
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#t"]');
      if (!link) return;
      // Not left to the browser, which would take the focus away again.
      event.preventDefault();
      history.pushState(null, "", link.hash);
      follow();
    });
    if (/^#t\d+$/.test(location.hash)) {
      restoring = false;
      follow();
    } else restore();
  }
})();
