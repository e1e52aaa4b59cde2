#if Serve
  import Commands
  import Dispatch
  import HTTPTypes
  import HummingbirdCore
  import Logging
  import NIOCore
  import NIOPosix
  import Synchronization

  /// HTTP/1.1 by Hummingbird. As many threads as there are processors move bytes and give the short answers; tasks give
  /// the others.
  final class ListeningServer: RunningServer {
    let port: Int
    private let server: Server<HTTP1Channel>
    private let ended = DispatchSemaphore(value: 0)

    init(_ service: Service, host: String, port: Int) throws(CommandFailure) {
      let logger = Logger(label: "mrs.serve") { _ in SwiftLogNoOpLogHandler() }
      let limits = service.limits
      let longWork = LongWork()
      let pace = ShortAnswers.Pace()
      let idle = Duration.seconds(limits.seconds)
      let channel = HTTP1Channel(
        responder: { request, writer, _ in
          try await Exchange(service: service, longWork: longWork, request: request).run(writer)
        },
        configuration: .init(
          // Hummingbird's own look at connections sees only what goes on to tasks: another stands before it.
          additionalChannelHandlers: [
            OrderlyEnds(service), HTTPConnectionStateHandler(idleTimeout: idle, logger: logger),
            ShortAnswers(service, pace),
          ],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
      let begun = DispatchSemaphore(value: 0)
      let outcome = Mutex<Result<Int, CommandFailure>?>(nil)
      let server = Server(
        childChannelSetup: channel,
        configuration: .init(
          address: .hostname(host, port: port),
          availableConnectionsDelegate: MaximumAvailableConnections(
            limits.connections, logger: logger)),
        onServerRunning: { channel in
          outcome.withLock { $0 = .success(channel.localAddress?.port ?? port) }
          begun.signal()
        },
        eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount),
        logger: logger)
      self.server = server
      let ended = ended
      Task {
        do {
          try await server.run()
        } catch {
          let failure = CommandFailure(
            "E0926", "nobody can listen at \(host):\(port): \(Self.reason(error))",
            help: ["`--port 0` takes any port that is free"])
          outcome.withLock { $0 = $0 ?? .failure(failure) }
          begun.signal()
        }
        ended.signal()
      }
      begun.wait()
      guard let result = outcome.withLock({ $0 }) else {
        throw CommandFailure("E0926", "the server did not start")
      }
      self.port = try result.get()
    }

    func stop() {
      let server = server
      Task { try? await server.shutdownGracefully() }
      ended.wait()
    }

    /// The words of the system, where it was the system that refused.
    private static func reason(_ error: any Error) -> String {
      guard let refusal = error as? IOError else { return "\(error)" }
      return refusal.description
    }
  }

  /// Threads for answers that may take long: few, for each needs memory to compute in.
  private final class LongWork: Sendable {
    private let queues = (1...4).map { DispatchQueue(label: "mrs.serve.long.\($0)") }
    private let count = Atomic(0)

    func done<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
      let number = count.wrappingAdd(1, ordering: .relaxed).newValue
      return await withCheckedContinuation { continuation in
        queues[abs(number % queues.count)].async { continuation.resume(returning: work()) }
      }
    }
  }

  /// One request and its answer.
  private struct Exchange: Sendable {
    let service: Service
    let longWork: LongWork
    let request: HummingbirdCore.Request

    /// Thrown to have the connection closed.
    private struct Ended: Error {}

    func run(_ writer: consuming ResponseWriter) async throws {
      var asked = Request(request.head)
      let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
      let obstacle =
        length > service.limits.bodyBytes ? service.limits.tooLarge : service.obstacle(asked)
      if let obstacle {
        let isSending = length > 0 || request.headers[.transferEncoding] != nil
        try await write(service.refuse(obstacle), to: writer, isLast: isSending)
        return isSending ? try await leave() : ()
      }
      if request.headers[.expect]?.lowercased() == "100-continue" {
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
      }
      switch await body() {
      case .success(let body):
        asked.body = body
        let answer = await answer(to: asked)
        try await write(answer, to: writer, isLast: false)
      case .failure(let problem):
        try await write(service.refuse(problem), to: writer, isLast: true)
        try await leave()
      }
    }

    /// The whole body, or why it is not wanted, or cannot be had.
    private func body() async -> Result<[UInt8], Problem> {
      let end = ContinuousClock.now + .seconds(service.limits.seconds)
      var bytes: [UInt8] = []
      do {
        for try await part in request.body {
          guard bytes.count + part.readableBytes <= service.limits.bodyBytes else {
            return .failure(service.limits.tooLarge)
          }
          bytes.append(contentsOf: part.readableBytesView)
          guard ContinuousClock.now < end else {
            return .failure(
              Problem(408, "E0922", "the body took longer than the service waits for it"))
          }
        }
        return .success(bytes)
      } catch {
        return .failure(.unreadable)
      }
    }

    /// What takes long must not keep short answers waiting: the tasks of a process share few threads.
    private func answer(to asked: Request) async -> Answer {
      guard service.takesLong(asked) else { return service.answer(to: asked) }
      return await longWork.done { [service] in service.answer(to: asked) }
    }

    private func write(
      _ answer: Answer, to writer: consuming ResponseWriter, isLast: Bool
    ) async throws {
      let head = HTTPResponse(answer, isLast: isLast)
      guard request.method != .head else { return try await writer.writeResponse(head) }
      try await writer.write(
        response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// Ends the connection. What the other side is still sending is read for a while, for it would not read the
    /// answer otherwise.
    private func leave() async throws {
      let end = ContinuousClock.now + .seconds(1)
      var count = 0
      for try await part in request.body {
        count += part.readableBytes
        if count > 16 * service.limits.bodyBytes || ContinuousClock.now > end { break }
      }
      throw Ended()
    }
  }

  extension HTTPResponse {
    /// - Parameter isLast: whether the connection ends with it.
    init(_ answer: Answer, isLast: Bool) {
      var fields = HTTPFields()
      fields[.contentType] = answer.type
      fields[.contentLength] = String(answer.body.count)
      if isLast { fields[.connection] = "close" }
      for (name, value) in answer.headers {
        if let name = HTTPField.Name(name) { fields[name] = value }
      }
      self.init(status: .init(code: answer.status), headerFields: fields)
    }
  }
#endif
