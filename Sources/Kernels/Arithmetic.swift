import CKernels

/// What the numbers of this program depend on beside their inputs.
package enum Arithmetic {
  /// To be raised with every change after which the same inputs give other bits: of a kernel's definition, of
  /// an elementary function, of a draw of chance, of the order of a sum. Results that are kept and
  /// checkpoints say by which they were made.
  package static let version = 3

  /// Runs `body` while this thread rounds to nearest, keeps subnormal numbers and traps nothing, whatever
  /// its host has set; then it is as the host has it.
  @inline(never)
  package static func standard<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
    let word = controlWord
    controlWord = standardWord
    defer { controlWord = word }
    return try body()
  }

  /// How this thread rounds and treats subnormal numbers: see `mrs_control_word`.
  package static var controlWord: UInt64 {
    get { mrs_control_word() }
    set { mrs_set_control_word(newValue) }
  }

  /// Rounds to nearest, keeps subnormal numbers, traps nothing.
  package static var standardWord: UInt64 { mrs_standard_control_word() }

  /// What the processor calls itself, or its kind.
  package static var processor: String {
    var name = [CChar](repeating: 0, count: 64)
    mrs_processor_name(&name)
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").joined(separator: " ")
  }
}
