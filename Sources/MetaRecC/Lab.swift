import CMetaRec
import MetaRec

/// What a `metarec_lab` points to. One thread at a time uses it, as the header asks; `stop` alone may come from others,
/// and touches only what never changes.
final class Lab {
  let laboratory: Laboratory
  /// Its files, where it was opened without a host.
  let files: MemoryHost?
  /// Whether a function is at work that calls back.
  var isAtWork = false
  /// What the last function that failed found, as JSON that ends with a zero byte.
  private(set) var error: UnsafeMutablePointer<CChar>
  private var loans: [UnsafeMutableRawPointer] = []
  /// What the last run said.
  var outputs: [Output] = [] {
    didSet { tables = outputs.flatMap(\.tables) }
  }
  private(set) var tables: [Table] = []

  init(threads: Int, host: (any LaboratoryHost)?) throws {
    let memory = host == nil ? MemoryHost() : nil
    files = memory
    laboratory = try Laboratory(host: host ?? memory ?? MemoryHost(), threads: threads)
    error = copy(of: "[]")
  }

  deinit {
    error.deallocate()
    for loan in loans { loan.deallocate() }
  }

  /// Does what a function of the header does; what it throws becomes a status and an error.
  func call(_ body: () throws -> metarec_status) -> metarec_status {
    guard !isAtWork else { return METAREC_BUSY }
    for loan in loans { loan.deallocate() }
    loans = []
    do {
      let status = try body()
      if status == METAREC_OK { tell("[]") }
      return status
    } catch { return refuse(error) }
  }

  /// Keeps what went wrong for whoever asks; returns the status that goes with it.
  func refuse(_ error: any Error) -> metarec_status {
    if error is CancellationError {
      tell("[]")
      return METAREC_STOPPED
    }
    let fault = error as? LaboratoryError ?? LaboratoryError("E0900", "\(error)")
    tell(fault.json)
    return status(of: fault)
  }

  /// Says what is wrong with how a function was called.
  func misuse(_ message: String) -> metarec_status {
    tell(LaboratoryError("E0914", message).json)
    return METAREC_MISUSE
  }

  private func tell(_ json: String) {
    error.deallocate()
    error = copy(of: json)
  }

  private func status(of fault: LaboratoryError) -> metarec_status {
    switch fault.code {
    case "E0913": METAREC_BUSY
    default: METAREC_FAILED
    }
  }

  // MARK: Loans

  /// The text as one of C, which is there until the next call.
  func lend(_ text: String) -> UnsafePointer<CChar> {
    let copy = copy(of: text)
    loans.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }

  /// The values as an array of C. Never a null pointer, also when there are none.
  func lend<T: BitwiseCopyable>(_ values: [T]) -> UnsafePointer<T> {
    let copy = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    values.withUnsafeBufferPointer { values in
      if let base = values.baseAddress { copy.initialize(from: base, count: values.count) }
    }
    loans.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }

  func lend(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
    lend(texts.map { Optional(lend($0)) })
  }
}

/// The text as one of C; zero bytes within it would end it, and are left out.
private func copy(of text: String) -> UnsafeMutablePointer<CChar> {
  let bytes = text.utf8.filter { $0 != 0 }
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
  for (place, byte) in bytes.enumerated() { copy[place] = CChar(bitPattern: byte) }
  copy[bytes.count] = 0
  return copy
}

/// The text that a pointer of C points to; nil for none and for what is no UTF-8.
func text(_ pointer: UnsafePointer<CChar>?) -> String? {
  pointer.flatMap { String(validatingCString: $0) }
}
