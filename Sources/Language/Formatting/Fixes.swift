/// A text with the fixes of its diagnostics applied, the certain ones only unless all are wanted.
/// Of fixes that overlap, the first is applied.
package func applyingFixes(
  of diagnostics: [Diagnostic], to text: String, evenUncertain: Bool = false
) -> (text: String, applied: Int) {
  let source = Source(text: text)
  var result = ""
  var end = 0
  var applied = 0
  let fixes = diagnostics.compactMap(\.fix).filter { $0.isCertain || evenUncertain }
  for fix in fixes.stablySorted(by: \.range.lower) where fix.range.lower >= end {
    result += source.slice(SourceRange(end, fix.range.lower)) + fix.replacement
    end = fix.range.upper
    applied += 1
  }
  return (result + source.slice(SourceRange(end, text.utf8.count)), applied)
}
