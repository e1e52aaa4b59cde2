import Language
import Reports

/// Where each thing that has a name has its page, by paths below the folder of the reference.
struct ReferenceLinks {
  private let groups: [TopicGroup]
  private var paths: [String: String] = ["changes": "changes.html"]

  init(_ groups: [TopicGroup]) {
    self.groups = groups
    for group in groups where paths[group.name] == nil { paths[group.name] = "\(group.name).html" }
    for group in groups {
      for name in group.members.names where paths[name] == nil {
        paths[name] = "\(group.name)/\(name).html"
      }
    }
    for page in codePages { paths[page.code] = "codes/\(page.code).html" }
  }

  /// The page of a member of a list: that of the group which the list belongs to.
  func path(of name: String, in members: MemberList) -> String? {
    let group = groups.first { Set(members.names).isSubset(of: $0.members.names) }
    return group.map { "\($0.name)/\(name).html" } ?? paths[name]
  }

  /// A fragment of HTML in which the names between backquotes lead to their pages, those in cells of tables, too.
  ///
  /// - Parameter page: the path of the page that it is part of.
  func linked(_ html: String, on page: String) -> String {
    let html = html.replacing(#/`([^`<\n]+)`/#) { "<code>\($0.1)</code>" }
    return html.replacing(#/(<pre>)?<code>([^<]*)</code>/#) { match in
      guard match.1 == nil, let path = path(meantBy: match.2), path != page else {
        return String(match.0)
      }
      return "<a href=\"\(Self.root(of: page))\(path)\">\(match.0)</a>"
    }
  }

  /// The page that a name, or a line of the language, is about.
  private func path(meantBy text: Substring) -> String? {
    let words = text.split { " =@;|".contains($0) }.map(String.init)
    guard let first = words.first else { return nil }
    if words.count > 1, ["help", "explain", "examples"].contains(first), let path = paths[words[1]]
    {
      return path
    }
    let isLine = text.contains(" ")
    if isLine, !groups[0].members.names.contains(first) { return nil }
    return isLine ? "\(groups[0].name)/\(first).html" : paths[first]
  }

  /// What leads from a page to the folder of the reference.
  static func root(of page: String) -> String { page.contains("/") ? "../" : "" }
}
