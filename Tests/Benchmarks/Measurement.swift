import FoundationEssentials

/// What one run says, for people or for the program that compares it with others.
struct Measurement: Encodable {
  struct Spread: Encodable {
    var median: Double
    var min: Double
    var max: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      (median, min, max) = (sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1])
    }
  }

  struct Latency: Encodable {
    var p50: Double
    var p99: Double
  }

  var workload: String
  var steps: Int
  var threads: Int
  /// Meta-steps a second.
  var rate: Spread?
  /// The mean query loss of the un-adapted model on the first batch, after 20 meta-steps.
  var check: Double?
  /// Milliseconds a user.
  var latency_ms: Latency?
  /// The items of the first user.
  var top: [Int]?
  var rss_peak_mib = Memory.peak

  func text(asJSON: Bool) -> String {
    if asJSON {
      let data = (try? JSONEncoder().encode(self)) ?? Data()
      return String(decoding: data, as: UTF8.self)
    }
    let head = "\(workload) K=\(steps) \(threads)T: "
    if let rate, let check {
      return head + "\(rate.median) [\(rate.min)..\(rate.max)] steps/s, check \(check)"
    }
    return head + "p50 \(latency_ms?.p50 ?? 0) ms, p99 \(latency_ms?.p99 ?? 0) ms, top \(top ?? [])"
  }
}

/// What the system says of this process, in MiB.
enum Memory {
  static var peak: Double { field("VmHWM:") }
  static var now: Double { field("VmRSS:") }

  private static func field(_ name: String) -> Double {
    let status =
      (try? String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1024
  }
}
