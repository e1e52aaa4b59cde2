#if Jupyter
  import Commands
  import Dispatch
  import Reports
  import Synchronization

  /// The thread that is always there: it hears interrupts and the wish to end while a cell runs, gives the
  /// heartbeat, and publishes what the other thread hands over.
  final class ControlDesk: Sendable {
    /// Where the thread that runs cells finds it.
    static let endpoint = "inproc://desk"

    private let control: Socket
    private let heart: Socket
    private let publisher: Socket
    private let inbox: Socket
    private let answers: KernelControl
    private let signer: MessageSigner
    private let process: KernelServer.Process
    private let hasEnded = DispatchSemaphore(value: 0)
    private let abandoned = Atomic(false)

    /// How often it looks whether whoever started the kernel is there, in milliseconds.
    private static let interval = 1000
    /// For how many seconds a cell may go on when the kernel is to end.
    private static let patience = 4.0

    init(
      _ answers: KernelControl, connection: Connection, signer: MessageSigner,
      process: KernelServer.Process, context: SocketContext
    ) throws(CommandFailure) {
      self.answers = answers
      self.signer = signer
      self.process = process
      control = Socket(.router, in: context)
      heart = Socket(.reply, in: context)
      publisher = Socket(.publisher, in: context)
      inbox = Socket(.pair, in: context)
      try control.bind(connection.endpoint(.control))
      try heart.bind(connection.endpoint(.heartbeat))
      try publisher.bind(connection.endpoint(.iopub))
      try inbox.bind(Self.endpoint)
    }

    /// Whether the kernel ended because whoever started it was gone: its session may be wanted again.
    var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }

    func start() { DispatchQueue(label: "control").async { self.run() } }

    func waitForEnd() { hasEnded.wait() }

    private func run() {
      let sockets = [control, heart, publisher, inbox]
      var leaving: Double?
      while true {
        let ready = Socket.wait(for: sockets, milliseconds: Self.interval)
        if ready[1] { beat() }
        if ready[2] { welcome() }
        if ready[3], publishAll() { break }
        if ready[0] { answer() }
        if process.isAbandoned(), !abandoned.exchange(true, ordering: .relaxed) {
          answers.wishes.leave()
        }
        guard answers.wishes.isLeaving else { continue }
        if leaving == nil { inbox.send([[]]) }
        leaving = leaving ?? answers.now()
        if let leaving, answers.now() - leaving > Self.patience { process.end() }
      }
      for socket in sockets { socket.close() }
      hasEnded.signal()
    }

    private func beat() {
      while let frames = heart.receive() { heart.send(frames) }
    }

    /// Tells those who have begun to watch that from now on they miss nothing.
    private func welcome() {
      while let frames = publisher.receive() {
        guard let frame = frames.first, frame.first == 1 else { continue }
        let topic = String(decoding: frame.dropFirst(), as: UTF8.self)
        var message = answers.maker.news(
          "iopub_welcome", about: nil, .object(["subscription": .string(topic)]))
        message.route = [Array(frame.dropFirst())]
        publisher.send(message.frames(signer: signer))
      }
    }

    /// Publishes what was handed over; true when nothing more comes.
    private func publishAll() -> Bool {
      while let frames = inbox.receive() {
        if frames == [[]] { return true }
        publisher.send(frames)
      }
      return false
    }

    private func answer() {
      while let frames = control.receive() {
        guard let request = Message(frames: frames, signer: signer) else { continue }
        publisher.send(
          answers.maker.status("busy", about: request).frames(signer: signer))
        if let reply = answers.reply(to: request) { control.send(reply.frames(signer: signer)) }
        publisher.send(
          answers.maker.status("idle", about: request).frames(signer: signer))
      }
    }
  }
#endif
