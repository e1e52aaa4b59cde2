import Language
import LanguageLaboratory
import Testing

/// The pages that explain the codes of diagnostics.
@Suite struct CodePageTests {
  private func codes(_ text: String) -> Set<String> {
    let lints = lints(of: Source(name: "x.mrs", text: text), in: Laboratory.context)
    return Set((Laboratory.check(text) + lints).map(\.code))
  }

  @Test(arguments: codePages.filter { !$0.wrong.isEmpty && $0.code != "E0701" }.map(\.code))
  func theExamplesShowTheFaultAndItsMend(code: String) throws {
    let page = try #require(codePage(of: code.lowercased()))
    #expect(codes(page.wrong).contains(code), "\(codes(page.wrong))")
    #expect(!codes(page.right).contains(code))
    #expect(Laboratory.check(page.right).isEmpty)
  }

  @Test func codesAreOrderedAndUnique() {
    let codes = codePages.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { $0.utf8.count == 5 })
  }

  @Test func noPageForAnUnknownCode() { #expect(codePage(of: "E9999") == nil) }
}
