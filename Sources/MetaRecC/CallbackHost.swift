import CMetaRec
import MetaRec

/// A host whose functions are those of a program in C.
final class CallbackHost: LaboratoryHost {
  // The program says, by giving them, that they may be called on the threads that the header names.
  nonisolated(unsafe) private let callbacks: metarec_host

  init(_ callbacks: metarec_host) { self.callbacks = callbacks }

  func read(_ path: String) throws -> [UInt8] {
    guard let read = callbacks.read else { throw refusal("E0501", path, "read") }
    let reply = try answer { reply in path.withCString { read(callbacks.context, $0, reply) } }
    guard let bytes = reply.bytes else {
      throw LaboratoryError("E0500", "`\(path)` could not be read: the host has not answered")
    }
    return bytes
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    guard let write = callbacks.write else { throw refusal("E0504", path, "written") }
    _ = try answer { reply in
      bytes.withUnsafeBufferPointer { bytes in
        path.withCString {
          write(callbacks.context, $0, bytes.baseAddress, bytes.count, reply)
        }
      }
    }
  }

  func kind(of path: String) -> PathKind? {
    switch path.withCString({ callbacks.kind?(callbacks.context, $0) }) {
    case 1: .file
    case 2: .folder
    default: nil
    }
  }

  func list(_ folder: String) throws -> [String] {
    guard let list = callbacks.list else { return [] }
    return try answer { reply in folder.withCString { list(callbacks.context, $0, reply) } }.names
  }

  private func answer(_ call: (OpaquePointer) -> Void) throws -> Reply {
    let reply = Reply()
    call(OpaquePointer(Unmanaged.passUnretained(reply).toOpaque()))
    if let failure = reply.failure { throw failure }
    return reply
  }

  private func refusal(_ code: String, _ path: String, _ what: String) -> LaboratoryError {
    LaboratoryError(code, "`\(path)` cannot be \(what): the host has no files to be \(what)")
  }
}

/// What a callback has answered.
private final class Reply {
  var bytes: [UInt8]?
  var names: [String] = []
  var failure: LaboratoryError?

  static func at(_ pointer: OpaquePointer?) -> Reply? {
    pointer.map { Unmanaged<Reply>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

@_cdecl("metarec_reply_bytes")
public func replyBytes(_ reply: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ count: Int) {
  Reply.at(reply)?.bytes = Array(
    UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : max(0, count)))
}

@_cdecl("metarec_reply_name")
public func replyName(_ reply: OpaquePointer?, _ name: UnsafePointer<CChar>?) {
  if let name = text(name) { Reply.at(reply)?.names.append(name) }
}

@_cdecl("metarec_reply_failure")
public func replyFailure(
  _ reply: OpaquePointer?, _ code: UnsafePointer<CChar>?, _ message: UnsafePointer<CChar>?
) {
  Reply.at(reply)?.failure = LaboratoryError(
    text(code) ?? "E0500", text(message) ?? "the host has failed")
}
