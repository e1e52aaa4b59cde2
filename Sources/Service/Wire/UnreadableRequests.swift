#if Serve
  import HTTPTypes
  import NIOCore
  import NIOHTTPTypes

  /// Answers what is no HTTP in the form of all other refusals, and closes the connection.
  final class UnreadableRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let service: Service
    /// Requests that are being read or answered.
    private var underWay = 0

    init(_ service: Service) { self.service = service }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .head = unwrapInboundIn(data) { underWay += 1 }
      context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data) { underWay -= 1 }
      context.write(data, promise: promise)
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
