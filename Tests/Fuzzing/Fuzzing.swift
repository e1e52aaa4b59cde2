import Glibc
import Language
import LanguageLaboratory

/// The parts of the language that a fuzzer feeds with whatever it makes up. Each traps when what must
/// hold of any input does not.
package enum FuzzedPart: String, CaseIterable, Sendable {
  case parser, checker, formatter, comparer

  package func take(_ text: String) {
    switch self {
    case .parser: parsed(text)
    case .checker: checked(text)
    case .formatter: rewritten(text)
    case .comparer: compared(text)
    }
  }

  private func parsed(_ text: String) {
    let (script, faults) = parse(text)
    var end = 0
    for token in script.tokens {
      precondition(token.range.lower == end, "tokens leave a gap")
      end = token.range.upper
    }
    precondition(end == text.utf8.count, "tokens do not cover the text")
    for fault in faults { hold(fault, text) }
    _ = isIncomplete(text)
  }

  private func checked(_ text: String) {
    for fault in Laboratory.check(text) { hold(fault, text) }
    for lint in lints(of: Source(text: text), in: Laboratory.context) { hold(lint, text) }
    let context = AssistanceContext(Laboratory.context)
    let count = text.utf8.count
    for place in [count, count / 2] { _ = completions(in: text, at: place, context: context) }
    for shown in highlights(in: text, context: context) {
      precondition(shown.range.upper <= count, "a highlight ends beyond the text")
    }
    _ = applyingFixes(of: Laboratory.check(text), to: text)
  }

  private func hold(_ fault: Diagnostic, _ text: String) {
    precondition(fault.primary.range.upper <= text.utf8.count, "a fault points beyond the text")
    precondition(!fault.message.isEmpty && fault.code.utf8.count == 5, "a fault says nothing")
  }

  private func rewritten(_ text: String) {
    guard let once = formatted(text) else { return }
    guard let twice = formatted(once) else { preconditionFailure("what was formatted is faulty") }
    precondition(once == twice, "formatting again changes the text")
    precondition(words(text) == words(once), "formatting changes what is said")
  }

  /// What stands in a text but spaces and comments, options in their usual spelling.
  private func words(_ text: String) -> [String] {
    let source = Source(text: text)
    return parse(text).script.tokens.filter {
      !$0.isTrivia && $0.kind != .newline && $0.kind != .end
    }
    .map { canonical(option: source.slice($0.range)) }
  }

  private func compared(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let half = lines.count / 2
    _ = firstDifference(recorded: Array(lines[..<half]), printed: Array(lines[half...]))
    let source = Source(text: text)
    let places = recordings(in: source)
    let outputs = places.map { $0.lines == nil ? nil : Array(lines[half...]) }
    let once = recorded(outputs, in: source)
    _ = calibrated(source, by: [places.map { _ in Array(lines[..<half]) }])
    let again = recordings(in: Source(text: once))
    precondition(again.count == places.count, "recording changes the statements")
  }
}

/// What libFuzzer calls; the part is named by the environment, or all take the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeFuzzedInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  let asked = getenv("MRS_FUZZED_PART").flatMap { FuzzedPart(rawValue: String(cString: $0)) }
  for part in asked.map({ [$0] }) ?? FuzzedPart.allCases { part.take(text) }
  return 0
}
