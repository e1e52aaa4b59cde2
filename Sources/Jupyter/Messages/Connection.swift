import Commands
import Language
import Reports

/// Where a front end waits for a kernel, as the file says that it hands over.
package struct Connection: Sendable {
  var key: [UInt8]
  private let transport: String
  private let address: String
  private let ports: [Channel: Int]

  /// The sockets of a kernel.
  enum Channel: String, CaseIterable, Sendable {
    case shell, control, iopub, stdin
    case heartbeat = "hb"
  }

  /// - Parameters:
  ///   - text: what the file holds.
  ///   - name: what the file is called in messages.
  package init(_ text: String, named name: String) throws(CommandFailure) {
    func refusal(_ what: String) -> CommandFailure {
      CommandFailure(
        "E0503", "`\(name)` is no connection file of Jupyter: \(what)",
        help: ["Jupyter writes it and starts the kernel with it; `mrs jupyter install` tells how"],
        argument: name)
    }
    guard let json = JSON(parsing: text), case .object = json else {
      throw refusal("it holds no JSON object")
    }
    transport = json["transport"]?.string ?? "tcp"
    guard ["tcp", "ipc"].contains(transport) else {
      throw refusal("its `transport` is neither tcp nor ipc")
    }
    guard let ip = json["ip"]?.string, !ip.isEmpty else { throw refusal("it has no `ip`") }
    address = ip
    let scheme = json["signature_scheme"]?.string ?? "hmac-sha256"
    guard scheme == "hmac-sha256" else {
      throw refusal("its `signature_scheme` is not hmac-sha256")
    }
    key = Array((json["key"]?.string ?? "").utf8)
    var ports: [Channel: Int] = [:]
    for channel in Channel.allCases {
      guard let port = json.whole("\(channel.rawValue)_port"), (1...65_535).contains(port) else {
        throw refusal("it has no `\(channel.rawValue)_port`")
      }
      ports[channel] = port
    }
    self.ports = ports
  }

  /// The address of a socket, as libzmq writes it.
  func endpoint(_ channel: Channel) -> String {
    let port = ports[channel] ?? 0
    return transport == "ipc" ? "ipc://\(address)-\(port)" : "tcp://\(address):\(port)"
  }
}
