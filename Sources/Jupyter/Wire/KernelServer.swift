import Commands

/// A kernel at its sockets.
package enum KernelServer {
  /// Whether this program was built with what kernels need.
  package static var isBuilt: Bool {
    #if Jupyter
      true
    #else
      false
    #endif
  }

  /// What a server needs of the process that it is.
  package struct Process: Sendable {
    /// Whether whoever started it is no more.
    package var isAbandoned: @Sendable () -> Bool
    /// Ends the process at once, since a cell does not.
    package var end: @Sendable () -> Void

    package init(
      isAbandoned: @escaping @Sendable () -> Bool, end: @escaping @Sendable () -> Void
    ) {
      self.isAbandoned = isAbandoned
      self.end = end
    }
  }

  /// Runs a kernel until somebody ends it.
  ///
  /// - Throws: why its sockets cannot be opened.
  package static func run(
    _ connection: Connection, _ surroundings: Kernel.Surroundings, process: Process,
    bench: Workbench, history: KernelHistory
  ) throws(CommandFailure) {
    #if Jupyter
      let maker = MessageMaker(date: surroundings.date)
      let wishes = StopWishes()
      let context = SocketContext()
      let signer = MessageSigner(key: connection.key)
      let control = KernelControl(
        maker: maker, wishes: wishes, version: surroundings.version, now: surroundings.host.now)
      let desk = try ControlDesk(
        control, connection: connection, signer: signer, process: process, context: context)
      let line = try ShellLine(
        connection: connection, signer: signer, wishes: wishes, context: context)
      desk.start()
      let kernel = Kernel(
        surroundings, bench: bench, maker: maker, wishes: wishes, history: history, line: line)
      line.serve(kernel)
      if !desk.isAbandoned { kernel.close() }
      line.close()
      desk.waitForEnd()
      context.close()
    #endif
  }
}
