"use strict";
// Everything shown is set as text, never as markup: names and messages come from strangers.
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const root = document.getElementById("report");

function element(name, options = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, action] of Object.entries(value)) node.addEventListener(event, action);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const number = (value) => value.toLocaleString("en");
const plural = (count, noun) => number(count) + " " + noun + (count === 1 ? "" : "s");
const section = (title, ...children) => element("section", {}, element("h2", { text: title }), ...children);

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col", text })));
  return element("div", { class: "wide" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

// Findings by key.
const keys = new Map();
for (const finding of data.findings) {
  // An address is no key.
  if (finding.rule === "hopx-base-address") continue;
  if (!keys.has(finding.fingerprint)) {
    keys.set(finding.fingerprint, {
      secret: finding.secret, fingerprint: finding.fingerprint, title: finding.title, findings: [], environments: [],
      next: "", age: null, verification: null,
    });
  }
  const key = keys.get(finding.fingerprint);
  key.findings.push(finding);
  if (finding.verification) key.verification = finding.verification;
}
for (const audited of data.keys) {
  const known = keys.get(audited.fingerprint);
  const key = known || { findings: [], title: "Hopx API key", verification: null };
  Object.assign(key, {
    secret: audited.key, fingerprint: audited.fingerprint, environments: audited.environments, next: audited.next,
    age: audited.since ? { since: audited.since, days: audited.ageDays, lowerBound: audited.lowerBound } : null,
    places: audited.places, uses: audited.uses, leftFiles: audited.left || null,
  });
  if (!known) keys.set(audited.fingerprint, key);
}
const day = 86400000;
const now = Date.parse(data.ended);
for (const key of keys.values()) {
  const dates = key.findings.filter((finding) => finding.date).map((finding) => finding.date).sort();
  key.entered = dates[0] || null;
  key.left = key.leftFiles || key.findings.map((finding) => finding.left || "").sort().pop() || null;
  key.inHead = !key.findings.length || key.findings.some((finding) => !finding.date || finding.reach === "head");
  if (!key.age && key.entered) {
    key.age = {
      since: key.entered.slice(0, 10), days: Math.floor((now - Date.parse(key.entered)) / day), lowerBound: true,
    };
  }
}
const allKeys = [...keys.values()];
const live = (key) => key.verification !== null && key.verification.status.startsWith("live");
const old = (key) => key.age !== null && key.age.days >= 90;
const urgency = (key) =>
  (live(key) ? 8 : 0) + (key.findings.length ? 4 : 0) + (key.inHead ? 2 : 0) + (old(key) ? 1 : 0);
allKeys.sort((a, b) => urgency(b) - urgency(a));

function head() {
  const state = !data.complete ? ["incomplete", "warn"] : data.count ? ["findings", "bad"] : ["nothing found", "good"];
  const card = (value, text, kind = "") =>
    element("div", { class: "card" }, element("b", { text: value, class: kind }), element("span", { text }));
  const cards = [
    card(state[0], "result", state[1]), card(number(data.count), "findings"), card(number(allKeys.length), "keys"),
  ];
  if (allKeys.some((key) => key.verification)) {
    cards.push(card(number(allKeys.filter(live).length), "live", allKeys.some(live) ? "bad" : "good"));
  }
  cards.push(card(number(allKeys.filter(old).length), "90 days or older", allKeys.some(old) ? "warn" : "good"));
  return element("header", {},
    element("h1", { text: "hopxguard report" }),
    element("p", { class: "soft", text: `${data.tool}, ${data.ended}. ${data.extent}` }),
    element("div", { class: "cards" }, ...cards));
}

function list(title, items, kind) {
  if (!items.length) return null;
  const entries = items.map((text) => element("li", {}, element("span", { class: kind, text })));
  return section(title, element("ul", {}, ...entries));
}

function advice(key) {
  if (live(key)) return "Live: replace it, then revoke it (console.hopx.dev, Settings, API Keys).";
  if (key.next && key.next !== "nothing") return key.next[0].toUpperCase() + key.next.slice(1) + ".";
  if (key.next) return "Nothing.";
  if (key.verification && (key.verification.status === "dead" || key.verification.status === "expired")) {
    return "It is " + key.verification.status + ": remove it when you are there.";
  }
  return key.inHead ? "Replace it, take it out of the files, then revoke it." : "Replace it and revoke it.";
}

function keySection() {
  if (!allKeys.length) return null;
  const environments = [...new Set(allKeys.flatMap((key) => key.environments))].sort();
  const rows = allKeys.slice(0, 2000).map((key) => {
    const places = key.findings.length ? key.findings.length : key.places || 0;
    const age = key.age ? (key.age.lowerBound ? "≥ " : "") + plural(key.age.days, "day") : "unknown";
    const cells = [
      element("td", {}, element("code", { text: key.secret }), element("br"),
        element("code", { class: "soft", text: key.fingerprint })),
      element("td", { class: old(key) ? "warn" : "", text: age }),
      element("td", { text: key.verification ? key.verification.status : "not asked", class: live(key) ? "bad" : "" }),
      element("td", { text: number(places) }),
      ...environments.map((name) =>
        element("td", { class: "mark", text: key.environments.includes(name) ? "●" : "" })),
      element("td", { text: advice(key) }),
    ];
    if (key.environments.length > 1) cells[0].append(element("div", { class: "warn", text: "several environments" }));
    return element("tr", {}, ...cells);
  });
  return section("Keys, and what to do next",
    table(["Key", "Age", "Live?", "Places", ...environments, "Next"], rows));
}

/// When keys came into the history and left it, and how old they are, against 90 days.
function timeline() {
  const dated = allKeys.filter((key) => key.age).slice(0, 60);
  if (!dated.length) return null;
  const start = Math.min(...dated.map((key) => Date.parse(key.age.since)), now - 100 * day);
  const [left, width, height] = [150, 1000, dated.length * 22 + 40];
  const x = (time) => left + ((time - start) / Math.max(1, now - start)) * (width - left - 10);
  const label = `Ages of ${plural(dated.length, "key")}; the line is 90 days ago`;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (let index = 0; index <= 4; index += 1) {
    const time = start + ((now - start) * index) / 4;
    svg.append(shape("line", { class: "grid", x1: x(time), x2: x(time), y1: 18, y2: height - 20 }));
    const anchor = index === 4 ? "end" : "middle";
    svg.append(shape("text", { x: x(time), y: height - 4, "text-anchor": anchor },
      new Date(time).toISOString().slice(0, 10)));
  }
  dated.forEach((key, index) => {
    const y = 22 + index * 22;
    const from = x(Date.parse(key.age.since));
    const to = key.left && !key.inHead ? x(Date.parse(key.left)) : x(now);
    const bar = shape("rect", {
      x: from, y, width: Math.max(2, to - from), height: 14, rx: 2,
      class: key.inHead ? (old(key) ? "span old" : "span") : "gone",
    });
    const end = key.inHead ? "still there" : key.left ? "left " + key.left.slice(0, 10) : "no longer in the files";
    bar.append(shape("title", {}, `${key.secret} ${key.fingerprint}: since ${key.age.since}, ${end}`));
    svg.append(shape("text", { x: 4, y: y + 11, class: "mono" }, key.secret), bar);
    if (!key.inHead && key.left) {
      const fits = to + 130 < width;
      svg.append(shape("text", { x: fits ? to + 6 : from - 6, y: y + 11, "text-anchor": fits ? "start" : "end" }, end));
    }
  });
  const limit = x(now - 90 * day);
  svg.append(shape("line", { class: "limit", x1: limit, x2: limit, y1: 14, y2: height - 20 }));
  svg.append(shape("text", { x: limit, y: 11, "text-anchor": "middle" }, "90 days"));
  const note = "A bar begins when a key was seen first. Dashed: it is in the history and no longer in the files; " +
    "the bar ends on the day it left them, where a commit took it out.";
  return section("Timeline", element("p", { class: "soft", text: note }), svg);
}

function policySection() {
  if (!data.policies.length) return null;
  const rows = data.policies.map((policy) => {
    const more = [...policy.details, ...policy.commands.map((command) => "> " + command)];
    return element("tr", {},
      element("td", { class: policy.level === "warning" ? "warn" : "bad", text: policy.level }),
      element("td", {}, element("code", { text: policy.path + (policy.line ? ":" + policy.line : "") })),
      element("td", {}, element("div", { text: policy.message }),
        ...more.map((text) => element("div", { class: "soft", text }))),
      element("td", {}, element("code", { text: policy.rule })));
  });
  return section("How keys and files are kept", table(["Level", "Place", "What", "Rule"], rows));
}

function findingSection() {
  if (!data.findings.length) return null;
  const place = (finding) => finding.path + (finding.place ? " (" + finding.place + ")" : ":" + finding.line);
  const columns = [
    ["Key", (finding) => finding.secret + finding.fingerprint], ["Place", null],
    ["Encoding", (finding) => finding.encoding], ["Commit", (finding) => finding.date || ""],
    ["Rule", (finding) => finding.rule],
  ];
  const rows = data.findings.map((finding, index) => {
    const commit = finding.commit ? finding.commit.slice(0, 12) + " " + finding.date.slice(0, 10) : "";
    const status = finding.verification ? ", " + finding.verification.status : "";
    const row = element("tr", {},
      element("td", {}, element("code", { text: finding.secret })),
      element("td", {}, element("code", { text: place(finding) }),
        element("code", { class: "snippet", text: finding.snippet })),
      element("td", { text: finding.encoding }),
      element("td", {}, element("code", { text: commit }), element("div", { class: "soft", text: finding.author || "" })),
      element("td", { text: finding.rule + status }));
    const text = [place(finding), finding.secret, finding.fingerprint, finding.snippet, commit, finding.author || "",
      finding.encoding, finding.rule + status].join("\n").toLowerCase();
    return { row, text, finding, index };
  });
  const body = element("tbody", {});
  const count = element("p", { class: "soft", role: "status" });
  const words = element("input", { type: "search", id: "words", autocomplete: "off" });
  const select = (id, title, pick) => {
    const values = [...new Set(data.findings.map(pick))].sort();
    const node = element("select", { id }, element("option", { value: "", text: "all" }),
      ...values.slice(0, 500).map((value) => element("option", { value: "=" + value, text: value })));
    return { node, pick, label: element("div", {}, element("label", { for: id, text: title }), node) };
  };
  const selects = [
    select("by-rule", "Rule", (finding) => finding.rule), select("by-encoding", "Encoding", (finding) => finding.encoding),
    select("by-commit", "Where", (finding) => (finding.commit ? "history" : "files")),
  ];
  let [column, descending] = [-1, false];
  const heads = columns.map(([title], index) => element("th", { scope: "col", "aria-sort": "none" },
    element("button", { type: "button", text: title, on: { click: () => sort(index) } })));
  function show() {
    const wanted = words.value.toLowerCase();
    const shown = rows.filter(({ text, finding }) =>
      text.includes(wanted) && selects.every(({ node, pick }) => !node.value || node.value === "=" + pick(finding)));
    body.replaceChildren(...shown.map(({ row }) => row));
    count.textContent = plural(shown.length, "finding") + (shown.length < rows.length ? " of " + number(rows.length) : "");
  }
  function sort(index) {
    descending = column === index ? !descending : false;
    column = index;
    const value = columns[index][1];
    const sign = descending ? -1 : 1;
    rows.sort((a, b) => {
      if (value === null) return sign * (a.index - b.index);
      const [left, right] = [value(a.finding), value(b.finding)];
      return left === right ? a.index - b.index : sign * (left < right ? -1 : 1);
    });
    heads.forEach((head, at) =>
      head.setAttribute("aria-sort", at !== index ? "none" : descending ? "descending" : "ascending"));
    show();
  }
  words.addEventListener("input", show);
  for (const { node } of selects) node.addEventListener("change", show);
  show();
  return section("Findings",
    element("div", { class: "filters" },
      element("div", {}, element("label", { for: "words", text: "Search" }), words),
      ...selects.map(({ label }) => label)),
    count,
    element("div", { class: "wide" },
      element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body)));
}

root.replaceChildren(...[
  head(), list("Not scanned to the end", data.problems, "warn"), list("Warnings", data.warnings, ""), keySection(),
  timeline(), policySection(), findingSection(),
].filter((part) => part !== null));
