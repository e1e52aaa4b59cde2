#if Jupyter
  import CZeroMQ
  import Commands

  /// All sockets of a kernel come from one of these. Unchecked, since libzmq's contexts may be used from any thread.
  final class SocketContext: @unchecked Sendable {
    fileprivate let raw: UnsafeMutableRawPointer?

    init() { raw = zmq_ctx_new() }

    /// Waits until what was sent is gone and every socket is closed.
    func close() { if let raw { zmq_ctx_term(raw) } }
  }

  /// A socket of libzmq. Unchecked, since one thread at a time may use it; whoever hands it to another one sees to that.
  final class Socket: @unchecked Sendable {
    enum Kind: Sendable {
      case router, reply, publisher, pair

      fileprivate var number: Int32 {
        switch self {
        case .router: ZMQ_ROUTER
        case .reply: ZMQ_REP
        case .publisher: ZMQ_XPUB
        case .pair: ZMQ_PAIR
        }
      }
    }

    private let raw: UnsafeMutableRawPointer?

    /// A message that is larger is refused, and whoever sends it is cut off.
    private static let largest: Int64 = 64 << 20

    init(_ kind: Kind, in context: SocketContext) {
      raw = zmq_socket(context.raw, kind.number)
      // What was sent before the end may take this many milliseconds to go.
      set(ZMQ_LINGER, 1000 as Int32)
      set(ZMQ_MAXMSGSIZE, Self.largest)
      switch kind {
      // One that comes back under its name takes the place of the one before.
      case .router: set(ZMQ_ROUTER_HANDOVER, 1 as Int32)
      case .publisher, .pair:
        // A slow reader loses nothing.
        set(ZMQ_SNDHWM, 0 as Int32)
        set(ZMQ_RCVHWM, 0 as Int32)
      case .reply: break
      }
    }

    private func set<T: BitwiseCopyable>(_ option: Int32, _ value: T) {
      withUnsafeBytes(of: value) {
        _ = zmq_setsockopt(raw, option, $0.baseAddress, $0.count)
      }
    }

    /// - Throws: why nobody can be heard there.
    func bind(_ endpoint: String) throws(CommandFailure) {
      guard zmq_bind(raw, endpoint) != 0 else { return }
      throw CommandFailure(
        "E0504", "nothing can listen at \(endpoint): \(String(cString: zmq_strerror(zmq_errno())))",
        help: ["another kernel may have been started with the same connection file"])
    }

    func connect(_ endpoint: String) { zmq_connect(raw, endpoint) }

    func send(_ frames: [[UInt8]]) {
      for (index, frame) in frames.enumerated() {
        let flags = index + 1 < frames.count ? ZMQ_SNDMORE : 0
        frame.withUnsafeBytes { bytes in
          while zmq_send(raw, bytes.baseAddress, bytes.count, flags) < 0, zmq_errno() == EINTR {}
        }
      }
    }

    /// The next message, if one is there.
    func receive() -> [[UInt8]]? {
      var frames: [[UInt8]] = []
      repeat {
        var part = zmq_msg_t()
        zmq_msg_init(&part)
        defer { zmq_msg_close(&part) }
        while zmq_msg_recv(&part, raw, ZMQ_DONTWAIT) < 0 {
          if zmq_errno() != EINTR { return nil }
        }
        let bytes = UnsafeRawBufferPointer(start: zmq_msg_data(&part), count: zmq_msg_size(&part))
        frames.append(Array(bytes))
        if zmq_msg_more(&part) == 0 { return frames }
      } while true
    }

    func close() { zmq_close(raw) }

    /// Waits until one of the sockets has something, a signal comes, or the time is over; says which have.
    ///
    /// - Parameter milliseconds: -1 waits for ever.
    static func wait(for sockets: [Socket], milliseconds: Int) -> [Bool] {
      var items = sockets.map {
        zmq_pollitem_t(socket: $0.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
      }
      guard zmq_poll(&items, Int32(items.count), milliseconds) > 0 else {
        return [Bool](repeating: false, count: sockets.count)
      }
      return items.map { $0.revents & Int16(ZMQ_POLLIN) != 0 }
    }
  }
#endif
