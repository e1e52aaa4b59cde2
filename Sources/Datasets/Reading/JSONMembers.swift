/// The members of the first objects of a file of JSON lines: by paths such as `maker.name`, where objects stand
/// within objects.
struct JSONMembers {
  /// What the values of a member are.
  enum Kind: Int, Comparable {
    /// Nothing but `null`, or objects within lists.
    case nothing, list, plain

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// The paths in order of first appearance.
  private(set) var paths: [String] = []
  private(set) var kinds: [String: Kind] = [:]
  /// Those that have lists in some objects, even where others have plain values.
  private(set) var listed = Set<String>()
  /// Whether the lines show objects as Python does.
  private(set) var isPython = false

  private static let mostLevels = 8

  /// - Parameter most: how many lines are looked at. A table about items has few, and may name a member in one of
  ///   the last alone.
  init(_ contents: FileContents, lines most: Int = 200) throws(DatasetError) {
    try contents.requireText()
    var text = JSONText(contents)
    if text.peek() == UInt8(ascii: "[") {
      throw DatasetError(
        "the file is one list, and not one object a line", file: contents.path, line: 1,
        help: ["put each element on a line: jq -c '.[]' \(contents.path) > lines.jsonl"],
        code: "E0511")
    }
    do throws(DatasetError) {
      try readFirst(contents)
    } catch {
      // What is no JSON may be what Python prints.
      guard let python = Self(python: contents) else { throw error }
      self = python
    }
    try readMore(contents, most)
  }

  private init?(python contents: FileContents) {
    isPython = true
    do throws(DatasetError) { try readFirst(contents) } catch { return nil }
  }

  private mutating func readFirst(_ contents: FileContents) throws(DatasetError) {
    var text = JSONText(contents, isPython: isPython)
    _ = text.peek()
    let first = contents.line(at: text.position)
    try read(&text, "", levels: Self.mostLevels)
    guard contents.line(at: text.position) == first else {
      throw DatasetError(
        "the first object goes over several lines", file: contents.path, line: first,
        help: ["put each object on a line: jq -c . \(contents.path) > lines.jsonl"],
        code: "E0511")
    }
  }

  /// Reads the members of further lines; what is wrong with one is found when it is read for its values.
  private mutating func readMore(_ contents: FileContents, _ most: Int) throws(DatasetError) {
    var place = contents.textStart
    var lines = 0
    while lines < most, place < contents.bytes.count {
      if lines & 0xFF == 0xFF { try DatasetError.throwIfUnwanted() }
      lines += 1
      let line = contents.lineBytes(at: place)
      let end = place + line.bytes.count
      var text = JSONText(contents, from: place, to: end, isPython: isPython)
      place = line.next
      if line.bytes.isEmpty { continue }
      var further = self
      do throws(DatasetError) { try further.read(&text, "", levels: Self.mostLevels) } catch {
        continue
      }
      self = further
    }
  }

  private mutating func read(
    _ text: inout JSONText, _ prefix: String, levels: Int
  ) throws(DatasetError) {
    try text.object { text, name throws(DatasetError) in
      let path = prefix + String(decoding: text.contents.bytes(of: name), as: UTF8.self)
      if text.peek() == UInt8(ascii: "{"), levels > 0 {
        return try read(&text, path + ".", levels: levels - 1)
      }
      note(path, try Self.kind(&text))
    }
  }

  /// The kind of the value, which is passed over.
  private static func kind(_ text: inout JSONText) throws(DatasetError) -> Kind {
    if text.isAtList() {
      var isList = false
      try text.elements { text throws(DatasetError) in
        if text.isAtList() { return try text.skipValue() }
        isList = try kind(&text) == .plain || isList
      }
      return isList ? .list : .nothing
    }
    let isPlain = text.isAtText() || !text.isAtWord() && text.peek() != UInt8(ascii: "{")
    let start = text.position
    try text.skipValue()
    if isPlain { return .plain }
    // Truth values are plain; null, None and nan say nothing.
    return [116, 102].contains(text.contents.bytes[start] | 0x20) ? .plain : .nothing
  }

  private mutating func note(_ path: String, _ kind: Kind) {
    if kinds[path] == nil { paths.append(path) }
    kinds[path] = max(kinds[path] ?? .nothing, kind)
    if kind == .list { listed.insert(path) }
  }

  func names(_ kind: Kind) -> [String] { paths.filter { kinds[$0] == kind } }
}

/// Which members are wanted, by their names level for level.
struct JSONMemberTree {
  private struct Node {
    var children: [(name: [UInt8], node: Int)] = []
    var place: Int?
  }

  private var nodes = [Node()]

  /// - Parameter paths: those of the members; the place of each is its number. Empty ones are not wanted.
  init(_ paths: [String]) {
    for (place, path) in paths.enumerated() where !path.isEmpty { add(path, place) }
  }

  /// A path is also a name with points in it, should an object have such.
  private mutating func add(_ path: String, _ place: Int) {
    var node = 0
    let parts = path.utf8.split(separator: 46, omittingEmptySubsequences: false)
    for (depth, part) in parts.enumerated() {
      let whole = Array(path.utf8.suffix(from: part.startIndex))
      if depth > 0 || parts.count > 1 { leaf(of: node, named: whole, place) }
      node = child(of: node, named: Array(part))
    }
    nodes[node].place = nodes[node].place ?? place
  }

  private mutating func leaf(of node: Int, named name: [UInt8], _ place: Int) {
    let leaf = child(of: node, named: name)
    nodes[leaf].place = nodes[leaf].place ?? place
  }

  private mutating func child(of node: Int, named name: [UInt8]) -> Int {
    if let known = nodes[node].children.first(where: { $0.name == name }) { return known.node }
    nodes.append(Node())
    nodes[node].children.append((name, nodes.count - 1))
    return nodes.count - 1
  }

  static let root = 0

  func child(of node: Int, named name: UnsafeRawBufferPointer) -> Int? {
    nodes[node].children.first { name.elementsEqual($0.name) }?.node
  }

  func place(of node: Int) -> Int? { nodes[node].place }

  func hasChildren(_ node: Int) -> Bool { !nodes[node].children.isEmpty }
}
