import Language

/// How much packed files may hold when they are unpacked: a few bytes can stand for millions.
package struct UnpackLimit: Sendable, Equatable {
  /// What was asked for; nil for 64 MiB or 100 times the packed size, whichever is larger, and at most 8 GiB.
  package var asked: ByteCount?

  /// What the option that sets it says of itself.
  package static let summary = "the most that packed files may hold, unpacked"

  package init(_ asked: ByteCount? = nil) { self.asked = asked }

  /// The most bytes that so many packed ones may become.
  package func bytes(of packed: Int) -> Int {
    asked?.bytes ?? min(8 << 30, max(64 << 20, 100 * min(packed, 1 << 40)))
  }

  func refusal(_ path: String, packed: Int) -> DatasetError {
    let most = ByteCount(bytes(of: packed)).text
    return DatasetError(
      "unpacked it is more than \(most), the most that "
        + (asked == nil
          ? "is taken of \(ByteCount(packed).text) packed (64 MiB or 100 times as much, at most 8 GiB)"
          : "unpack= allows"),
      file: path, help: ["if it is meant to hold so much, `unpack=10GB` allows it"], code: "E0517")
  }
}
