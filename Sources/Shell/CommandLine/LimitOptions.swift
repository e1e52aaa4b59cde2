import ArgumentParser
import Language
import Reports

/// How long a script may take and how much memory it may use.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "End a script that takes longer, with exit status 124: 30s, 10m.", valueName: "time"))
  var timeout: String?

  @Option(
    help: ArgumentHelp(
      "End a script that uses more memory, with exit status 3: 500MB, 2GB.", valueName: "size"))
  var memory: String?

  func validate() throws {
    _ = try limits()
  }

  func limits() throws -> Limits {
    Limits(
      seconds: try LimitOptions.read("timeout", timeout, .seconds, "30s or 10m"),
      bytes: try LimitOptions.read("memory", memory, .bytes, "500MB or 2GB"))
  }

  static func read(
    _ name: String, _ text: String?, _ unit: Number.Unit, _ example: String
  ) throws -> Double? {
    guard let text else { return nil }
    guard let number = Number.reading(text), number.unit == unit, number.value > 0 else {
      throw ValidationError("--\(name) needs a number with its unit, such as \(example)")
    }
    return number.value
  }
}
