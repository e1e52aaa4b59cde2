#if Serve
  import NIOCore
  import NIOHTTP1

  /// Has connections of HTTP/1.0 closed once they are answered: their clients take the end of the connection for that of
  /// the answer (RFC 9112, 9.3). Stands where the version is still known.
  final class EarlierVersions: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Puts one behind the decoder of a connection.
    static func stand(in pipeline: ChannelPipeline.SynchronousOperations) throws {
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(EarlierVersions(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0 else {
        return context.fireChannelRead(data)
      }
      head.headers.replaceOrAdd(name: "connection", value: "close")
      context.fireChannelRead(wrapInboundOut(.head(head)))
    }
  }
#endif
