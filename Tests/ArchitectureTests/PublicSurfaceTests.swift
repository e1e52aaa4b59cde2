import FoundationEssentials
import Testing

/// What programs that embed the library can name. A change of it is a change for all of them.
@Suite struct PublicSurfaceTests {
  private static let list = "Tests/ArchitectureTests/public-surface.txt"

  @Test func thePublicSurfaceIsTheCommittedOne() throws {
    let found = Self.surface
    let committed = try SourceTree.text(Self.list).split(separator: "\n").map(String.init)
    let (added, removed) = (Set(found).subtracting(committed), Set(committed).subtracting(found))
    guard found != committed else { return }
    let copy = ".build/public-surface.txt"
    try? (found.joined(separator: "\n") + "\n").write(
      toFile: SourceTree.root + "/" + copy, atomically: true, encoding: .utf8)
    let differences =
      added.sorted().map { "new: \($0)" } + removed.sorted().map { "gone: \($0)" }
    Issue.record(
      """
      the public surface is another one than \(Self.list) says:
      \(differences.isEmpty ? "its order" : differences.joined(separator: "\n"))
      if that is meant, say so in the commit, and: cp \(copy) \(Self.list)
      """)
  }

  @Test func nothingPublicNamesWhatIsNot() {
    let hidden = [
      "Interpreter", "Session", "CommandFailure", "Dataset", "TrainedModel", "Report", "Record",
      "Signature", "Catalog", "Noun", "UserContext", "HostBridge",
    ]
    for line in Self.surface {
      let words = Set(line.split { !$0.isLetter }.map(String.init))
      #expect(words.isDisjoint(with: hidden), "\(line)")
    }
  }

  /// Nothing below the library is public.
  @Test func onlyTheLibraryIsPublic() {
    for file in SourceTree.sources where !file.target.hasPrefix("MetaRec") {
      let found = file.code.firstMatch(
        of: #/\b(?:public|open)\s+(?:func|var|let|struct|enum|class|protocol|init|static)/#)
      #expect(found == nil, "\(file.path)")
    }
  }

  /// Every public declaration, behind the names of the types that it is in, in order of file and place.
  private static var surface: [String] {
    SourceTree.sources.filter { $0.target == "MetaRec" || $0.target == "MetaRecTesting" }
      .flatMap { SurfaceScanner($0).found }
  }
}

/// Goes through the code of a file line by line, and keeps what can be named from outside.
private struct SurfaceScanner {
  /// A type or extension whose members may be named.
  private struct Scope {
    var name: String
    /// How members begin that are public without saying so: cases, and what a protocol asks for.
    var implied: [String]
  }

  private(set) var found: [String] = []
  /// What the braces around the present place belong to; nil for what holds nothing that can be named.
  private var scopes: [Scope?] = []
  private let target: String

  init(_ file: SourceFile) {
    target = file.target
    var pending = ""
    for line in file.code.split(separator: "\n").map(\.trimmed) {
      if pending.isEmpty, !begins(line) {
        follow(line)
        continue
      }
      pending += (pending.isEmpty ? "" : " ") + line
      if pending.isWhole {
        add(pending)
        pending = ""
      }
    }
  }

  /// Whether a line begins something that may be named from outside, or hold it.
  private func begins(_ line: String) -> Bool {
    guard scopes.allSatisfy({ $0 != nil }) else { return false }
    if line.hasPrefix("public ") || line.isType { return true }
    return isImplied(line)
  }

  private func isImplied(_ line: String) -> Bool {
    scopes.last??.implied.contains { line.hasPrefix($0) } ?? false
  }

  private mutating func add(_ text: String) {
    let head = text.isType && text.hasSuffix("}") ? text : text.head
    let isExtension = head.hasPrefix("extension ")
    let isPublic = head.hasPrefix("public ")
    if isPublic || isImplied(head) || isExtension && head.contains(":") {
      let path = scopes.compactMap { $0?.name }.joined(separator: ".")
      found.append("\(target) " + (path.isEmpty ? "" : path + ": ") + head)
    }
    guard text.isType, isPublic || isExtension else { return follow(text) }
    let name = head.firstMatch(of: #/(?:extension|struct|enum|class|protocol) ([\w.]+)/#)
    var implied: [String] = []
    if isPublic, head.contains("enum ") { implied = ["case "] }
    if isPublic, head.contains("protocol ") { implied = ["func ", "var ", "static ", "init("] }
    follow(text, Scope(name: name.map { String($0.1) } ?? "", implied: implied))
  }

  /// Follows the braces of a text; the first that opens is of the scope.
  private mutating func follow(_ text: String, _ first: Scope? = nil) {
    var scope = first
    for character in text {
      if character == "{" {
        scopes.append(scope)
        scope = nil
      } else if character == "}" {
        _ = scopes.popLast()
      }
    }
  }
}

extension StringProtocol {
  fileprivate var trimmed: String { split { $0.isWhitespace }.joined(separator: " ") }
}

extension String {
  /// Whether it declares a type or an extension.
  fileprivate var isType: Bool {
    let word =
      #/^(?:(?:public|package|private|fileprivate|indirect|final) )*(?:extension|struct|enum|class|protocol) /#
    return firstMatch(of: word) != nil
  }

  /// The place of the brace that opens its body.
  private var bodyStart: String.Index? {
    var depth = 0
    for place in indices {
      if "([".contains(self[place]) { depth += 1 }
      if ")]".contains(self[place]) { depth -= 1 }
      if depth == 0, self[place] == "{" { return place }
    }
    return nil
  }

  /// It without its body.
  fileprivate var head: String { (bodyStart.map { self[..<$0] } ?? self[...]).trimmed }

  /// Whether a declaration that is read line by line is there as a whole, but for its body.
  fileprivate var isWhole: Bool {
    if bodyStart != nil { return true }
    let opened = count { "([".contains($0) }
    return !isType && !hasSuffix(",") && opened == count { ")]".contains($0) }
  }
}
