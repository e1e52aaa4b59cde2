/// How the pages of the reference look, and how they are searched.
enum ReferenceStyle {
  /// The style of documents, and what stands around the text here.
  static let style =
    HTMLNotebook.style + """
      body { display: grid; grid-template-columns: 190px minmax(0, 1fr); }
      header { grid-column: 1 / -1; display: flex; gap: 24px; align-items: center; padding: 10px 24px;
        border-bottom: 1px solid var(--line); position: sticky; top: 0; background: var(--ground);
        z-index: 1; }
      a { color: var(--verb); text-decoration: none; }
      a:hover, a:focus { text-decoration: underline; }
      .home { font-weight: 600; white-space: nowrap; }
      form { position: relative; flex: 1; max-width: 520px; margin: 0; }
      #search { width: 100%; box-sizing: border-box; font: inherit; padding: 6px 10px; color: inherit;
        background: var(--code); border: 1px solid var(--line); border-radius: 6px; }
      #found { position: absolute; left: 0; right: 0; margin: 4px 0 0; padding: 4px 0; list-style: none;
        background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
        box-shadow: 0 6px 24px #0003; max-height: 70vh; overflow-y: auto; z-index: 2; }
      #found a { display: block; padding: 5px 12px; color: inherit; }
      #found a:hover, #found a.chosen { background: var(--mark); text-decoration: none; }
      #found .what { color: var(--faint); font-size: 14px; }
      nav { padding: 18px 0 24px 24px; }
      nav ul { list-style: none; margin: 0; padding: 0; position: sticky; top: 74px; }
      nav a { display: block; padding: 2px 0; }
      nav a[aria-current] { color: inherit; font-weight: 600; }
      main { margin: 0; min-width: 0; box-sizing: border-box; width: 100%; }
      h1 { margin: 0; font-size: 26px; } h2 { font-size: 19px; margin: 28px 0 6px; }
      .kind { color: var(--faint); font-size: 16px; font-weight: 400; }
      .summary { font-size: 18px; margin: 4px 0 16px; }
      .names { line-height: 1.9; } .names a { margin-right: 6px; }
      code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
      pre code { font-size: inherit; }
      table { display: block; overflow-x: auto; max-width: 100%; }
      dt { margin-top: 10px; } dd { margin: 0; }
      @media (max-width: 720px) {
        body { display: block; }
        header { flex-wrap: wrap; gap: 8px 16px; padding: 10px 16px; position: relative; }
        form { flex-basis: 100%; }
        nav { padding: 10px 16px 0; }
        nav ul { display: flex; flex-wrap: wrap; gap: 2px 14px; }
        main { padding: 12px 16px 24px; }
        td:first-child { white-space: normal; }
      }
      @media print { header, nav { display: none; } body { display: block; } }

      """

  /// Finds pages by all words that are typed: what is called so first, then what begins so, then what says so.
  static let search = """
    const field = document.getElementById("search"), found = document.getElementById("found");
    const root = document.documentElement.dataset.root;
    let chosen = -1;

    function score(page, word) {
      const name = page.name.toLowerCase();
      if (name === word) return 100;
      if (name.startsWith(word)) return 50;
      if (name.includes(word)) return 20;
      if (page.summary.toLowerCase().includes(word)) return 10;
      return page.words.toLowerCase().includes(word) ? 3 : 0;
    }

    function pages(text) {
      const words = text.toLowerCase().split(/\\s+/).filter(Boolean);
      if (!words.length) return [];
      return PAGES.map((page, place) => {
        const scores = words.map(word => score(page, word));
        return {page, place, total: Math.min(...scores) ? scores.reduce((a, b) => a + b) : 0};
      }).filter(hit => hit.total).sort((a, b) => b.total - a.total || a.place - b.place).slice(0, 30);
    }

    function choose(place) {
      const links = found.querySelectorAll("a");
      chosen = Math.max(-1, Math.min(place, links.length - 1));
      links.forEach((link, at) => link.classList.toggle("chosen", at === chosen));
      if (chosen >= 0) links[chosen].scrollIntoView({block: "nearest"});
    }

    function show() {
      found.replaceChildren(...pages(field.value).map(({page}) => {
        const link = document.createElement("a"), what = document.createElement("div");
        const name = document.createElement("code"), item = document.createElement("li");
        link.href = root + page.path;
        name.textContent = page.name;
        what.textContent = page.summary.replaceAll("`", "");
        what.className = "what";
        link.append(name, " ", page.kind, what);
        item.append(link);
        return item;
      }));
      if (field.value.trim() && !found.children.length) found.append("Nothing is called or says so.");
      found.hidden = !field.value.trim();
      choose(-1);
    }

    field.addEventListener("input", show);
    field.addEventListener("keydown", event => {
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Escape") { field.value = ""; show(); field.blur(); }
      else return;
      event.preventDefault();
    });
    field.form.addEventListener("submit", event => {
      event.preventDefault();
      const links = found.querySelectorAll("a");
      if (links.length) links[Math.max(0, chosen)].click();
    });
    document.addEventListener("keydown", event => {
      if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
    });
    if (location.hash.startsWith("#search=")) {
      field.value = decodeURIComponent(location.hash.slice(8));
      show();
    }

    """
}
