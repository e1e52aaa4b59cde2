import Reports

/// `GET /`: a page to try the service by hand.
let pageRoute = Route(
  method: .get, path: "/", summary: "A page to try the service by hand.", audience: .all,
  content: .text("text/html; charset=utf-8")
) { _, _ throws(Problem) in
  var answer = Answer(200, "text/html; charset=utf-8", page)
  // It loads nothing, from nowhere, and asks this service alone.
  answer.headers = [
    (
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
  ]
  return answer
}

/// Everything that comes from the data goes into the page as text, never as HTML.
private let page = #"""
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>mrs serve</title>
  <link rel="icon" href="data:,">
  <style>
  :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2a6fb0; }
  @media (prefers-color-scheme: dark) { :root { --accent: #7db8ee; } }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0 auto; max-width: 68rem; padding: 1.5rem; }
  h1 { font-size: 1.4rem; margin: 0; }
  h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
  header p { margin: .2rem 0 1.4rem; color: #888; overflow-wrap: anywhere; font-size: .85rem; }
  main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
  section { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
  label { display: block; margin: .5rem 0 .15rem; font-size: .85rem; }
  input, select, button { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: .35rem;
    background: transparent; color: inherit; max-width: 100%; }
  input[type=text], input[type=search], input[type=password], select { width: 100%; }
  option { background: Canvas; color: CanvasText; }
  button { cursor: pointer; }
  button.main { background: var(--accent); border-color: var(--accent); color: Canvas; padding: .4rem 1rem; }
  ul { list-style: none; margin: .5rem 0; padding: 0; }
  li { display: flex; gap: .5rem; align-items: center; padding: .2rem 0; border-bottom: 1px solid var(--soft); }
  li span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  table { border-collapse: collapse; width: 100%; }
  td, th { text-align: left; padding: .3rem .4rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  #problem { color: #c33; white-space: pre-line; }
  .row { display: flex; gap: .5rem; margin-top: 1rem; flex-wrap: wrap; }
  .soft { color: #888; font-size: .85rem; }
  </style>
  </head>
  <body>
  <header><h1>Recommendations</h1><p id="about">…</p></header>
  <main>
  <section aria-labelledby="who"><h2 id="who">Who asks</h2>
  <label for="user">The id of a known user; empty for somebody new</label>
  <input id="user" type="text" autocomplete="off">
  <div id="features"></div>
  <label for="search">Rate some items: search by title or id</label>
  <input id="search" type="search" autocomplete="off">
  <ul id="found"></ul>
  <h2>Ratings</h2>
  <ul id="ratings"></ul>
  <p class="soft" id="none">none yet</p>
  <details><summary class="soft">Token</summary>
  <label for="token">Where the service asks for one</label><input id="token" type="password"></details>
  <div class="row"><button class="main" id="ask">Recommend</button><button id="keep">Keep as feedback</button></div>
  </section>
  <section aria-labelledby="best"><h2 id="best">The best for them</h2>
  <p id="problem" role="alert"></p>
  <table id="list" hidden><thead><tr><th class="number">#</th><th>item</th><th class="number">score</th><th></th></tr></thead>
  <tbody></tbody></table>
  <p class="soft" id="remarks"></p>
  <div id="why"></div>
  </section>
  </main>
  <script>
  "use strict";
  const at = id => document.getElementById(id);
  const ratings = new Map();
  let model = null;
  function made(tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }
  async function ask(path, body) {
    const headers = {};
    if (at("token").value) headers["Authorization"] = "Bearer " + at("token").value;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, {method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body)});
    const value = await answer.json();
    if (!answer.ok) throw new Error([value.detail, ...value.help].join("\n"));
    return value;
  }
  function told() {
    const body = {};
    if (at("user").value) body.user = at("user").value;
    if (ratings.size && model.feedback === "ratings")
      body.ratings = Object.fromEntries([...ratings].map(([item, rated]) => [item, rated.value]));
    if (ratings.size && model.feedback === "interactions") body.likes = [...ratings.keys()];
    const features = {};
    for (const input of at("features").querySelectorAll("[data-name]")) {
      if (!input.value) continue;
      features[input.dataset.name] = input.dataset.kind === "number" ? Number(input.value) : input.value;
    }
    if (!body.user && Object.keys(features).length) body.features = features;
    return body;
  }
  async function guarded(work) {
    at("problem").textContent = "";
    try { await work(); } catch (error) { at("problem").textContent = error.message; }
  }
  function showRatings() {
    const list = at("ratings");
    list.replaceChildren();
    at("none").hidden = ratings.size > 0;
    for (const [item, rated] of ratings) {
      const row = made("li");
      row.append(made("span", rated.title));
      if (model.feedback === "ratings") {
        const input = made("input");
        input.type = "number"; input.min = model.lowest; input.max = model.highest; input.step = "any";
        input.value = rated.value; input.setAttribute("aria-label", "rating of " + rated.title);
        input.onchange = () => { rated.value = Number(input.value); };
        row.append(input);
      }
      const away = made("button", "×");
      away.setAttribute("aria-label", "take away " + rated.title);
      away.onclick = () => { ratings.delete(item); showRatings(); };
      row.append(away);
      list.append(row);
    }
  }
  function rate(item, title) {
    if (!ratings.has(item)) ratings.set(item, {title, value: model.highest});
    showRatings();
  }
  async function search() {
    const text = at("search").value;
    const list = at("found");
    const answer = await ask("/items?count=6" + (text ? "&search=" + encodeURIComponent(text) : ""));
    // An answer that comes late must not stand under a newer text.
    if (text !== at("search").value) return;
    list.replaceChildren();
    for (const found of answer.items) {
      const row = made("li");
      const add = made("button", model.feedback === "ratings" ? "rate" : "took");
      add.onclick = () => rate(found.item, found.title);
      row.append(made("span", found.title), add);
      list.append(row);
    }
  }
  async function explain(item) {
    const answer = await ask("/explain", {...told(), item});
    const part = at("why");
    part.replaceChildren(made("h2", "Why " + answer.title));
    part.append(made("p", answer.before.toFixed(2) + " before any rating, " + answer.score.toFixed(2) + " after", "soft"));
    const table = made("table"), body = made("tbody");
    const rows = [
      ...answer.ratings.slice(0, 8).map(one => [one.title, one.influence]),
      ...answer.features.map(one => [one.of + " " + one.name, one.influence])];
    for (const [name, influence] of rows) {
      const row = made("tr");
      row.append(made("td", name), made("td", (influence < 0 ? "" : "+") + influence.toFixed(3), "number"));
      body.append(row);
    }
    table.append(body);
    part.append(table);
  }
  async function recommend() {
    const answer = await ask("/recommend", {...told(), count: 10});
    const body = at("list").querySelector("tbody");
    body.replaceChildren();
    answer.items.forEach((one, place) => {
      const row = made("tr"), last = made("td", undefined, "number"), why = made("button", "why");
      why.onclick = () => guarded(() => explain(one.item));
      last.append(why);
      row.append(made("td", String(place + 1), "number"), made("td", one.title), made("td", one.score.toFixed(2), "number"), last);
      body.append(row);
    });
    at("list").hidden = false;
    at("why").replaceChildren();
    at("remarks").textContent = ["adapted to " + answer.ratings + (answer.ratings === 1 ? " rating" : " ratings"), ...answer.remarks].join("; ");
  }
  async function keep() {
    const answer = await ask("/feedback", told());
    ratings.clear();
    showRatings();
    at("remarks").textContent = "kept: " + answer.user + " has " + answer.ratings + " now";
  }
  async function start() {
    model = await ask("/model");
    at("about").textContent = model.algorithm + " · " + model.network + " · " + model.items + " items · " + model.users
      + " known users · model " + model.model.slice(0, 12);
    at("features").replaceChildren();
    for (const feature of model.user_features) {
      const label = made("label", feature.name);
      const input = made(feature.kind === "categories" && feature.values.length ? "select" : "input");
      input.id = "feature-" + feature.name; label.htmlFor = input.id;
      input.dataset.name = feature.name; input.dataset.kind = feature.kind;
      if (input.tagName === "SELECT") for (const value of ["", ...feature.values]) {
        const option = made("option", value || "unknown");
        option.value = value;
        input.append(option);
      } else input.type = feature.kind === "number" ? "number" : "text";
      at("features").append(label, input);
    }
    await search();
  }
  let waiting;
  at("search").oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => guarded(search), 150); };
  at("ask").onclick = () => guarded(recommend);
  at("keep").onclick = () => guarded(keep);
  at("token").onchange = () => guarded(start);
  guarded(start);
  </script>
  </body>
  </html>
  """#
