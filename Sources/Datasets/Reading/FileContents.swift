import Language

/// The bytes of a file, mapped or read; released when the last reader lets go.
package final class FileContents: @unchecked Sendable {
  /// The path as the user wrote it, for messages.
  package let path: String
  package let bytes: UnsafeRawBufferPointer
  private let release: @Sendable () -> Void
  let knownDigest = Memo<String>()

  /// - Parameter release: called once when the bytes are no longer needed.
  package init(
    path: String, bytes: UnsafeRawBufferPointer, release: @escaping @Sendable () -> Void
  ) {
    self.path = path
    self.bytes = bytes
    self.release = release
  }

  /// A copy of bytes in memory.
  package convenience init(path: String, _ contents: some Collection<UInt8>) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 16)
    copy.copyBytes(from: contents)
    nonisolated(unsafe) let owned = copy
    self.init(path: path, bytes: UnsafeRawBufferPointer(copy)) { owned.deallocate() }
  }

  /// The bytes, which stay where they are until `body` has returned.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withExtendedLifetime(self) { body(bytes) }
  }

  deinit { release() }
}
