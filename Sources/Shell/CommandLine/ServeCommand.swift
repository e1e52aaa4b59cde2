import ArgumentParser
import CLineEditor
import Commands
import Datasets
import LibC
import Kernels
import Language
import Reports
import Service

/// `mrs serve MODEL`: recommendations over HTTP.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer requests for recommendations over HTTP.",
    discussion: """
      Adapts a saved model to whoever asks, in the request itself: a known user, or somebody new who tells \
      ratings (or clicks) and features.

        mrs serve maml.safetensors --data ratings.csv
        curl -s localhost:8080/recommend -H 'Content-Type: application/json' \\
          -d '{"ratings": {"50": 5, "172": 2}, "count": 5}'

      The page http://localhost:8080/ tries it by hand; /openapi.json says all that can be asked: recommend \
      (for many users with /recommend/batch), explain, feedback, items, model, health, metrics, reload.

      Without --data it knows the ids of the items that the model learnt from, and neither their titles and \
      features nor any user. Feedback is added to a file, MODEL.feedback.jsonl if nothing else is said, and \
      is there again after a restart. The signal HUP, or POST /reload, reads the model's file again; requests \
      under way end with the model they began with. TERM and Ctrl-C end it when they are answered.

      It listens to this machine alone unless --host says otherwise, which needs --token-file: requests then \
      carry `Authorization: Bearer TOKEN`. TLS is a proxy's task. The service is part of a program that was \
      built with it: `swift build -c release --traits Serve`.
      """)

  @ArgumentParser.Argument(
    help: "A file that `save model` wrote.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(
    help: ArgumentHelp(
      "What the model ranks, and who is known: what `load` takes, or a script (.mrs) that loads and splits.",
      valueName: "data"), completion: .file())
  var data: String?

  @Option(help: ArgumentHelp("The port; 0 for any that is free.", valueName: "number"))
  var port = 8080

  @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(
    help: ArgumentHelp(
      "A file of tokens, one a line: whoever asks needs one of them.", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Where feedback is kept; `none` keeps none.", valueName: "file"), completion: .file())
  var feedback: String?

  @Option(
    help: ArgumentHelp("How many adapted users stay in memory.", valueName: "number"))
  var users = 1000

  @Option(
    help: ArgumentHelp(
      "How long an answer may take, and a connection stand still: 10s.", valueName: "time"))
  var timeout: String?

  @Option(
    help: ArgumentHelp("How many connections at once; others wait.", valueName: "number"))
  var connections = 1000

  @Option(
    help: ArgumentHelp("The most bytes of a request's body: 1MB.", valueName: "size"))
  var body: String?

  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port is from 0 to 65535") }
    guard (1...10_000_000).contains(users) else {
      throw ValidationError("--users is from 1 to 10,000,000")
    }
    guard (1...100_000).contains(connections) else {
      throw ValidationError("--connections is from 1 to 100,000")
    }
    _ = try limits()
    guard tokenFile != nil || Admission.isLocal(host) else {
      throw ValidationError(
        "others than this machine reach \(host), so it needs --token-file; "
          + "`openssl rand -hex 32 > tokens` makes one")
    }
  }

  private func limits() throws -> ServiceLimits {
    var limits = ServiceLimits()
    (limits.users, limits.connections) = (users, connections)
    if let time = try LimitOptions.read("timeout", timeout, .seconds, "10s") {
      guard (0.01...3600).contains(time) else {
        throw ValidationError("--timeout is from 10ms to 60m")
      }
      limits.seconds = time
    }
    if let size = try LimitOptions.read("body", body, .bytes, "1MB") {
      guard (1000...1e9).contains(size) else {
        throw ValidationError("--body is from 1kB to 1GB")
      }
      limits.bodyBytes = Int(size)
    }
    return limits
  }

  func run() throws {
    let output = options.output(kernels: try kernels.chosen())
    let limits = try limits()
    do throws(CommandFailure) {
      guard HTTPServer.isBuilt else { throw HTTPServer.absence }
      let signals = ServiceSignals()
      let service = try service(limits, output)
      let server = try HTTPServer.start(service, host: host, port: port)
      let place = host.contains(":") ? "[\(host)]" : host
      output.write(
        "serving \(service.served.title) at http://\(place):\(server.port)/\n", STDOUT_FILENO)
      signals.wait { reload(service, output) }
      server.stop()
      output.say("ended: every request was answered")
    } catch {
      try output.refuse(error, error.argument ?? model).leave()
    }
  }

  private func reload(_ service: Service, _ output: Output) {
    do {
      let served = try service.reload()
      output.say("reloaded: model \(served.digest.prefix(12))")
    } catch {
      output.say("not reloaded, the model stays: \(error.message)")
    }
  }
}

extension ServeCommand {
  private func service(
    _ limits: ServiceLimits, _ output: Output
  ) throws(CommandFailure) -> Service {
    let tokens = try tokens()
    let known = try knownData(output)
    let (path, kernels) = (model, output.host.kernels)
    let read = { @Sendable () throws(CommandFailure) -> Served in
      try Served(Files.contents(of: path, named: path), known: known, kernels: kernels)
    }
    let served = try read()
    output.say("model \(served.digest.prefix(12)); \(served.sizes)")
    let missing = served.missingFeatures
    if !missing.isEmpty {
      output.say(
        "the model learnt from \(named(missing, most: 10)) of items, which are unknown here"
          + (data == nil ? ": `--data` says where they are" : ""))
    }
    let clock = output.host
    return Service(
      served, log: try feedbackLog(output),
      admission: Admission(tokens: tokens, isLocal: Admission.isLocal(host)),
      limits: limits,
      surroundings: Service.Surroundings(
        now: { clock.now() }, time: { Int64(Glibc.time(nil)) }, memory: heldMemory,
        model: read))
  }

  private func tokens() throws(CommandFailure) -> [String] {
    guard let tokenFile else { return [] }
    let contents = try Files.contents(of: tokenFile, named: tokenFile)
    let text = contents.withBytes { String(decoding: $0, as: UTF8.self) }
    let tokens = text.split { $0.isWhitespace }.map(String.init)
    guard !tokens.isEmpty, tokens.allSatisfy({ $0.utf8.count >= 16 }) else {
      throw CommandFailure(
        "E0923",
        "`\(tokenFile)` has \(tokens.isEmpty ? "no token" : "a token of less than 16 characters")",
        help: ["`openssl rand -hex 32` makes one; one a line"], argument: tokenFile)
    }
    return tokens
  }

  /// What `--data` names, loaded.
  private func knownData(_ output: Output) throws(CommandFailure) -> ServedData? {
    guard let data else { return nil }
    let isScript = data.hasSuffix(".mrs")
    var host = output.host
    var source = Source(name: "--data", text: "load \(data)")
    if isScript {
      source = try Source(reading: data, host: TerminalHost())
      host = TerminalHost(directory: Files.folder(of: data), kernels: output.host.kernels)
    } else if Files.kind(of: data) != nil {
      source = Source(name: "--data", text: "load " + Value.text(data).sourceText)
    }
    var interpreter = Interpreter()
    let result = interpreter.run(source, host: host)
    guard case .completed = result else {
      output.show(result, of: source)
      throw CommandFailure(
        "E0503", "what `--data` names could not be loaded",
        help: ["it is what stands behind `load`: a path, or a format with its path; or a script"])
    }
    guard let loaded = interpreter.session.data else {
      throw CommandFailure("E0402", "`\(data)` loads no data", help: ["`load` loads some"])
    }
    return ServedData(loaded, interpreter.session.tasks)
  }

  private func feedbackLog(_ output: Output) throws(CommandFailure) -> FeedbackLog? {
    guard feedback != "none" else { return nil }
    let usual =
      (model.hasSuffix(".safetensors") ? String(model.dropLast(12)) : model) + ".feedback.jsonl"
    let path = feedback ?? usual
    let log = try FeedbackLog(FeedbackFileOnDisk(path))
    if let remark = log.remark { output.say("\(path): \(remark)") }
    if log.replayedCount > 0 {
      output.say("took \(counted(log.replayedCount, "line")) of feedback from \(path)")
    }
    return log
  }
}
