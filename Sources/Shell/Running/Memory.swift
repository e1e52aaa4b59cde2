import LibC

/// How much memory there is for this process.
enum Memory {
  /// How many bytes this machine, and the group of processes that this one is in, can still give; nil where
  /// neither says it.
  static var available: Double? {
    ([machine] + groups).compactMap(\.self).min().map { max(0, $0) }
  }

  /// What the kernel thinks it can give without swapping.
  private static var machine: Double? {
    lines(of: "/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }.flatMap { line in
      Double(line.filter { $0.isNumber }).map { $0 * 1024 }
    }
  }

  /// What is left of the limits of control groups, of the second version and of the first.
  private static var groups: [Double?] {
    var left: [Double?] = []
    for line in lines(of: "/proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0] == "0" {
        var path = String(parts[2])
        while true {
          left.append(rest(of: "/sys/fs/cgroup" + path, "memory.max", "memory.current"))
          guard let slash = path.lastIndex(of: "/"), path != "/" else { break }
          path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
      } else if parts[1].split(separator: ",").contains("memory") {
        for path in [String(parts[2]), ""] {
          left.append(
            rest(
              of: "/sys/fs/cgroup/memory" + path, "memory.limit_in_bytes", "memory.usage_in_bytes"))
        }
      }
    }
    return left
  }

  /// The limit less what is used, of which file contents can be given back.
  private static func rest(of folder: String, _ limit: String, _ used: String) -> Double? {
    guard let limit = lines(of: "\(folder)/\(limit)").first.flatMap({ Double($0) }),
      let used = lines(of: "\(folder)/\(used)").first.flatMap({ Double($0) }), limit < 1e18
    else { return nil }
    let cached = lines(of: "\(folder)/memory.stat").first { $0.hasPrefix("inactive_file ") }
      .flatMap { Double($0.dropFirst("inactive_file ".count)) }
    return limit - used + (cached ?? 0)
  }

  private static func lines(of path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while text.count < 1 << 16 {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { break }
      text += chunk[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
