import Commands
import Reports

/// What a kernel answers while a cell runs, on the thread that the sockets belong to.
struct KernelControl: Sendable {
  let maker: MessageMaker
  let wishes: StopWishes
  let version: String
  let now: @Sendable () -> Double

  /// The reply to a request that came to the socket for control; nil for what has none.
  func reply(to request: Message) -> Message? {
    switch request.type {
    case "kernel_info_request":
      return maker.reply("kernel_info_reply", to: request, KernelDescription.info(version: version))
    case "interrupt_request":
      wishes.add(at: now())
      return maker.reply("interrupt_reply", to: request, .object(["status": .string("ok")]))
    case "shutdown_request":
      wishes.leave()
      let restarts = request.content.truth("restart", or: false)
      return maker.reply(
        "shutdown_reply", to: request,
        .object(["status": .string("ok"), "restart": .truth(restarts)]))
    default: return nil
    }
  }
}
