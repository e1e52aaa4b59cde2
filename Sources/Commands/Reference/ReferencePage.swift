import Reports

/// One web page of the reference.
struct ReferencePage {
  /// What all pages have around them.
  struct Frame {
    let version: String
    let entries: [(name: String, path: String)]
    let links: ReferenceLinks
  }

  let path: String
  let title: String
  /// What it is the page of: "algorithm".
  var kind = ""
  let summary: String
  let body: String

  func text(_ frame: Frame) -> String {
    let root = ReferenceLinks.root(of: path)
    let entries = frame.entries.map { entry in
      let isHere = entry.path == path
      return
        "<li><a\(isHere ? " aria-current=\"page\"" : "") href=\"\(root)\(entry.path)\">\(markup(entry.name))</a></li>"
    }
    let subject = kind.isEmpty ? "" : " <span class=\"kind\">\(markup(kind))</span>"
    return """
      <!DOCTYPE html>
      <html lang="en" data-root="\(root)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(markup(title)) · mrs</title>
      <link rel="stylesheet" href="\(root)style.css">
      <script src="\(root)search.js" defer></script>
      </head>
      <body>
      <header>
      <a class="home" href="\(root)index.html">mrs \(markup(frame.version))</a>
      <form role="search">
      <input type="search" id="search" placeholder="Search ( / )" aria-label="Search" autocomplete="off">
      <ol id="found" hidden></ol>
      </form>
      </header>
      <nav aria-label="Kinds">
      <ul>
      \(entries.joined(separator: "\n"))
      </ul>
      </nav>
      <main>
      <h1>\(markup(title))\(subject)</h1>
      <p class="summary">\(frame.links.linked(markup(summary), on: path))</p>
      \(body)</main>
      </body>
      </html>

      """
  }
}
