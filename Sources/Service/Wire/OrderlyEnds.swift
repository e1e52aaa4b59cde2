#if Serve
  import HTTPTypes
  import NIOCore
  import NIOHTTPTypes

  /// Sees to how a connection ends: what is no HTTP is answered in the form of all other refusals first, and a
  /// connection that is to be closed is closed when what was answered has left.
  final class OrderlyEnds: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let service: Service
    /// Requests that are being read or answered.
    private var underWay = 0
    /// Answers whose end has not left yet.
    private var leaving = 0
    /// Whether the connection is closed when that is so, and who waits for it.
    private var isEnding = false
    private var waiting: [EventLoopPromise<Void>] = []

    init(_ service: Service) { self.service = service }

    func handlerAdded(context: ChannelHandlerContext) {
      // Where there is no decoder, connections stay open for longer, and nothing else is lost.
      try? EarlierVersions.stand(in: context.pipeline.syncOperations)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .head = unwrapInboundIn(data) { underWay += 1 }
      context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      guard case .end = unwrapOutboundIn(data) else {
        return context.write(data, promise: promise)
      }
      underWay -= 1
      leaving += 1
      let left = promise ?? context.eventLoop.makePromise(of: Void.self)
      left.futureResult.assumeIsolated().whenComplete { _ in
        self.leaving -= 1
        if self.isEnding, self.leaving == 0 { self.end(context) }
      }
      context.write(data, promise: left)
    }

    func close(
      context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
      guard mode == .all, leaving > 0 else { return context.close(mode: mode, promise: promise) }
      if let promise { waiting.append(promise) }
      guard !isEnding else { return }
      isEnding = true
      // Whoever does not read what they are sent is not waited for.
      let patience = TimeAmount.milliseconds(Int64(service.limits.seconds * 1000))
      context.eventLoop.assumeIsolated().scheduleTask(in: patience) { self.end(context) }
    }

    private func end(_ context: ChannelHandlerContext) {
      guard isEnding else { return }
      isEnding = false
      let closed = context.eventLoop.makePromise(of: Void.self)
      for promise in waiting { closed.futureResult.cascade(to: promise) }
      waiting = []
      context.close(promise: closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      guard underWay == 0, !(error is IOError), !(error is ChannelError) else {
        return context.fireErrorCaught(error)
      }
      let answer = service.refuse(.unreadable)
      let body = ByteBuffer(bytes: answer.body)
      context.write(wrapOutboundOut(.head(HTTPResponse(answer, isLast: true))), promise: nil)
      context.write(wrapOutboundOut(.body(body)), promise: nil)
      let written = context.eventLoop.makePromise(of: Void.self)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
      written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
  }
#endif
