import Commands
import Kernels
import Language
import Shell
import Synchronization
import TestedKernels
import Testing

/// The pages that `mrs help --html` writes, and what tells of the version.
@Suite struct ReferenceTests {
  /// Every file by its path; made once, for all examples run for it.
  private static let files: [String: String] = {
    var files: [String: String] = [:]
    try? Reference.pages(kernels: .underTest).make { files[$0] = $1 }
    return files
  }()

  private var pages: [String: String] { Self.files.filter { $0.key.hasSuffix(".html") } }

  @Test func thePresentVersionHasItsChanges() {
    #expect(releases.first?.version == Version.text)
    #expect(releases.allSatisfy { !$0.changes.isEmpty })
  }

  /// What packages and editors are told, and what the README calls the packages.
  @Test(arguments: [
    ("README.md", "mrs_VERSION_"), ("README.md", "metarec-VERSION-"),
    ("examples/editors/vscode/package.json", "\"version\": \"VERSION\""),
    ("Sources/MetaRecPython/metarec/__init__.py", "__version__ = \"VERSION\""),
  ])
  func everyFileThatNamesTheVersionNamesThisOne(path: String, form: String) throws {
    let project = String(#filePath.dropLast("Tests/ShellTests/ReferenceTests.swift".count))
    let text = try Source(reading: project + path, host: TerminalHost()).text
    #expect(text.contains(form.replacing("VERSION", with: Version.text)), "\(path)")
  }

  @Test func everythingThatHelpExplainsHasItsPage() {
    for group in TopicGroup.all {
      #expect(pages["\(group.name).html"] != nil, "\(group.name)")
      for form in group.members.forms {
        let page = pages["\(group.name)/\(form.name).html"] ?? ""
        #expect(page.contains("<h1>\(form.name)"), "\(group.name) \(form.name)")
        for option in form.parameters where option.place == .option {
          #expect(page.contains("<td>\(option.name)=</td>"), "\(form.name) \(option.name)")
        }
      }
    }
    for code in codePages { #expect(pages["codes/\(code.code).html"] != nil, "\(code.code)") }
  }

  @Test func everyLinkLeadsToAPage() {
    var links = 0
    for (path, text) in pages {
      let folder = path.contains("/") ? path.prefix { $0 != "/" } + "/" : ""
      for match in text.matches(of: #/(?:href|src)="([^"#]+)"/#) {
        links += 1
        let target = match.1.hasPrefix("../") ? String(match.1.dropFirst(3)) : folder + match.1
        #expect(Self.files[target] != nil, "\(path) leads to \(match.1)")
      }
    }
    #expect(links > 5000)
  }

  @Test func everyExampleIsShownWithWhatItSays() {
    for (path, text) in pages {
      let said = text.matches(of: #/<div class="out">\n(?s:(.*?))<\/div>/#)
      for match in said { #expect(!match.1.isEmpty, "\(path)") }
      let isRefused = said.contains { $0.1.contains("class=\"error\"") }
      let mayBe = path.hasPrefix("codes/") || path.hasPrefix("keywords/")
      #expect(!isRefused || mayBe, "\(path) shows an error")
    }
    #expect(pages["metrics/mae.html"]?.contains("test users") == true)
    #expect(pages["plots/popularity.html"]?.contains("<svg") == true)
  }

  @Test func thePagesNeedNothingFromOutside() {
    for (path, text) in Self.files {
      let links = text.matches(of: #/(?:href|src)="(?:https?:)?\/\/[^"]*"|@import|fetch\(/#)
      #expect(links.isEmpty, "\(path)")
    }
  }

  @Test(arguments: [
    ("Sources/MetaRecPython/metarec/__init__.py", "__version__ = \"\(Version.text)\""),
    ("examples/editors/vscode/package.json", "\"version\": \"\(Version.text)\""),
  ])
  func packagesHaveTheVersionOfTheProgram(path: String, line: String) throws {
    let root = #filePath.dropLast("Tests/ShellTests/ReferenceTests.swift".count)
    let text = try Source(reading: root + path, host: TerminalHost()).text
    #expect(text.contains(line), "\(path)")
  }
}
