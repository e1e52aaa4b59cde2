#if Serve
  import HTTPTypes
  import HummingbirdCore
  import NIOCore
  import NIOHTTPTypes
  import Synchronization

  /// Answers short requests where they are read, without handing them to a task and back. What is not short, or not
  /// there at once from its first to its last byte, goes on to the tasks of `Exchange`.
  final class ShortAnswers: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Whether answers are as short as they are taken to be: shared by all connections.
    final class Pace: Sendable {
      /// Answers that take longer are left to tasks, so that other connections are not kept waiting.
      private static let longest = 0.02
      /// How many of them before one is tried here again.
      private static let patience = 200
      private let left = Atomic(0)

      var isShort: Bool {
        guard left.load(ordering: .relaxed) > 0 else { return true }
        left.wrappingSubtract(1, ordering: .relaxed)
        return false
      }

      func note(seconds: Double) {
        if seconds > Self.longest { left.store(Self.patience, ordering: .relaxed) }
      }
    }

    private let service: Service
    private let pace: Pace
    /// What of a request has come.
    private var parts: [HTTPRequestPart] = []
    private var size = 0
    /// Whether the request that is being read goes on.
    private var isPassing = false
    /// Requests that went on and are not answered yet: what comes behind them is answered behind them.
    private var underWay = 0

    init(_ service: Service, _ pace: Pace) {
      self.service = service
      self.pace = pace
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let part = unwrapInboundIn(data)
      if case .head(let head) = part {
        isPassing = underWay > 0 || !isShort(head)
        if isPassing { underWay += 1 }
      }
      guard !isPassing else { return context.fireChannelRead(data) }
      parts.append(part)
      if case .body(let bytes) = part { size += bytes.readableBytes }
      if size > service.limits.bodyBytes { return pass(context) }
      if case .end = part { answer(context) }
    }

    /// What has not come to its end by now may take its time.
    func channelReadComplete(context: ChannelHandlerContext) {
      pass(context)
      context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
      pass(context)
      context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data) { underWay -= 1 }
      context.write(data, promise: promise)
    }

    private func isShort(_ head: HTTPRequest) -> Bool {
      let length = head.headerFields[.contentLength].map { Int($0) ?? .max } ?? 0
      guard head.method == .get || head.method == .post, length <= service.limits.bodyBytes,
        head.headerFields[.transferEncoding] == nil, head.headerFields[.expect] == nil,
        head.headerFields[.connection] == nil || head.headerFields[.connection] == "keep-alive"
      else { return false }
      let asked = Request(head)
      return service.isShort(asked) && service.obstacle(asked) == nil && pace.isShort
    }

    /// Lets what has come of a request go on.
    private func pass(_ context: ChannelHandlerContext) {
      guard !parts.isEmpty else { return }
      (isPassing, size) = (true, 0)
      underWay += 1
      for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
      parts = []
    }

    private func answer(_ context: ChannelHandlerContext) {
      guard case .head(let head)? = parts.first else { return }
      var asked = Request(head)
      asked.body.reserveCapacity(size)
      for case .body(let bytes) in parts { asked.body.append(contentsOf: bytes.readableBytesView) }
      (parts, size) = ([], 0)
      parts.reserveCapacity(4)
      let start = service.surroundings.now()
      let answer = service.answer(to: asked)
      pace.note(seconds: service.surroundings.now() - start)
      let response = HTTPResponse(answer, isLast: false)
      context.write(wrapOutboundOut(.head(response)), promise: nil)
      context.write(
        wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: answer.body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  extension Request {
    /// What a head asks, without the body.
    init(_ head: HTTPRequest) {
      var headers: [String: String] = [:]
      for name in [HTTPField.Name.authorization, .contentType] {
        headers[name.canonicalName] = head.headerFields[name]
      }
      headers["host"] = head.authority
      // What a page would be answered, without the page.
      let method = head.method == .head ? "GET" : head.method.rawValue
      self.init(method, head.path ?? "", headers: headers)
    }
  }
#endif
