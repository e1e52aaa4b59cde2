#if Jupyter
  import Commands

  /// The sockets of the thread that runs cells: requests, questions to the user, and the way to the thread that
  /// publishes.
  final class ShellLine: KernelLine {
    private let shell: Socket
    private let stdin: Socket
    private let desk: Socket
    private let signer: MessageSigner
    private let wishes: StopWishes

    /// How long requests that belong to one that failed may take to arrive, in milliseconds.
    private static let patience = 30

    init(
      connection: Connection, signer: MessageSigner, wishes: StopWishes, context: SocketContext
    ) throws(CommandFailure) {
      self.signer = signer
      self.wishes = wishes
      shell = Socket(.router, in: context)
      stdin = Socket(.router, in: context)
      desk = Socket(.pair, in: context)
      try shell.bind(connection.endpoint(.shell))
      try stdin.bind(connection.endpoint(.stdin))
      desk.connect(ControlDesk.endpoint)
    }

    /// Answers requests until the kernel is to end.
    func serve(_ kernel: Kernel) {
      kernel.open()
      while !kernel.hasLeft, !wishes.isLeaving {
        let ready = Socket.wait(for: [shell, desk], milliseconds: -1)
        if ready[1] { _ = desk.receive() }
        guard ready[0], let request = next() else { continue }
        kernel.answer(request)
      }
    }

    /// The next request that is a message, if one is there.
    private func next() -> Message? {
      while let frames = shell.receive() {
        if let message = Message(frames: frames, signer: signer) { return message }
      }
      return nil
    }

    func publish(_ message: Message) { desk.send(message.frames(signer: signer)) }

    func reply(_ message: Message) { shell.send(message.frames(signer: signer)) }

    func waiting() -> [Message] {
      var found: [Message] = []
      while Socket.wait(for: [shell], milliseconds: Self.patience)[0] {
        while let request = next() { found.append(request) }
      }
      return found
    }

    func ask(_ question: Message) -> Message? {
      // What was answered to an earlier question is none to this.
      while stdin.receive() != nil {}
      stdin.send(question.frames(signer: signer))
      while !wishes.isThere {
        guard Socket.wait(for: [stdin], milliseconds: 100)[0], let frames = stdin.receive(),
          let answer = Message(frames: frames, signer: signer), answer.type == "input_reply"
        else { continue }
        return answer
      }
      return nil
    }

    /// Nothing more comes; a message without parts says so to the other thread.
    func close() {
      desk.send([[]])
      for socket in [shell, stdin, desk] { socket.close() }
    }
  }
#endif
