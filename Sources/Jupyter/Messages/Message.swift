import Reports

/// A message of Jupyter's messaging protocol, version 5.3.
package struct Message: Sendable, Equatable {
  /// Whom it comes from or goes to, as the sockets need it; for what goes to everybody its topic.
  package var route: [[UInt8]]
  package var header: JSON
  /// The header of the message that it answers; an empty object for none.
  package var parent: JSON
  package var content: JSON

  /// What kind of message it is: `execute_request`.
  var type: String { header["msg_type"]?.string ?? "" }

  /// Stands between the route and the message itself.
  private static let delimiter = Array("<IDS|MSG>".utf8)

  /// Nil for frames that are no message, or one with another signature.
  package init?(frames: [[UInt8]], signer: MessageSigner) {
    guard let mark = frames.firstIndex(of: Self.delimiter), frames.count >= mark + 6 else {
      return nil
    }
    let parts = frames[(mark + 2)...(mark + 5)]
    guard signer.accepts(frames[mark + 1], of: parts) else { return nil }
    let values = parts.map { bytes -> JSON? in
      guard let text = String(validating: bytes, as: UTF8.self),
        let json = JSON(parsing: text), case .object = json
      else { return nil }
      return json
    }
    guard let header = values[0], let parent = values[1], values[2] != nil, let content = values[3],
      header["msg_id"]?.string != nil, header["msg_type"]?.string != nil
    else { return nil }
    self.init(route: Array(frames[..<mark]), header: header, parent: parent, content: content)
  }

  package init(route: [[UInt8]], header: JSON, parent: JSON, content: JSON) {
    self.route = route
    self.header = header
    self.parent = parent
    self.content = content
  }

  /// The message as it is sent.
  package func frames(signer: MessageSigner) -> [[UInt8]] {
    let parts = [header, parent, .object([]), content].map { Array($0.text.utf8) }
    return route + [Self.delimiter, signer.signature(of: parts)] + parts
  }
}

/// Makes the messages of one kernel.
struct MessageMaker: Sendable {
  /// What tells this run of the kernel from others.
  let session = Self.freshName()
  /// The present time as ISO 8601 has it.
  let date: @Sendable () -> String

  static let protocolVersion = "5.3"

  /// A message about another one, which goes where that came from.
  func reply(_ type: String, to request: Message, _ content: JSON) -> Message {
    Message(route: request.route, header: header(type), parent: request.header, content: content)
  }

  /// A message to everybody who watches, about a request; nil for one about none.
  func news(_ type: String, about request: Message?, _ content: JSON) -> Message {
    Message(
      route: [Array("kernel.\(session).\(type)".utf8)], header: header(type),
      parent: request?.header ?? .object([]), content: content)
  }

  /// A status to everybody who watches: busy, idle or starting.
  func status(_ state: String, about request: Message?) -> Message {
    news("status", about: request, .object(["execution_state": .string(state)]))
  }

  private func header(_ type: String) -> JSON {
    .object([
      "msg_id": .string(Self.freshName()), "session": .string(session),
      "username": .string("kernel"), "date": .string(date()), "msg_type": .string(type),
      "version": .string(Self.protocolVersion),
    ])
  }

  /// 128 random bits as 32 hexadecimal digits.
  private static func freshName() -> String {
    (0..<4).map { _ in
      let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}

extension JSON {
  /// Whether a member is true; what is missing is what the protocol takes it for.
  func truth(_ name: String, or usual: Bool) -> Bool {
    if case .truth(let truth)? = self[name] { truth } else { usual }
  }

  func whole(_ name: String) -> Int? { self[name]?.number.flatMap { Int(exactly: $0) } }

  static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }
}
