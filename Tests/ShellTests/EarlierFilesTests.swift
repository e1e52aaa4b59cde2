import Commands
import Language
import Models
import Reports
import Testing

import Shell

/// Files of version 1, which has no digest, as the program wrote them before version 2.
@Suite struct EarlierFilesTests {
  private static let folder =
    #filePath.dropLast("EarlierFilesTests.swift".count) + "earlier"
  private let scratch = Scratch()
  private static let start = """
    set seed=7
    load csv "ratings.csv"
    split tasks valid=20% test=20% query=2

    """

  private func copy(_ name: String) throws {
    let bytes = try Files.contents(of: "\(Self.folder)/\(name)", named: name).withBytes {
      Array($0)
    }
    try Files.write(bytes, to: "\(scratch.path)/\(name)", named: name)
  }

  private func run(_ text: String) -> (result: RunResult, notes: [String]) {
    var interpreter = Interpreter()
    var notes: [String] = []
    let source = Source(name: "t.mrs", text: Self.start + text)
    let result = interpreter.run(source, host: TerminalHost(directory: scratch.path)) { outcome in
      for case .note(let text) in outcome.report?.blocks ?? [] { notes.append(text) }
    }
    return (result, notes)
  }

  /// The numbers of a file, behind its header.
  private func numbers(_ name: String) throws -> [UInt8] {
    try Files.contents(of: "\(scratch.path)/\(name)", named: name).withBytes { bytes in
      Array(bytes[(8 + Int(bytes.loadUnaligned(as: UInt64.self)))...])
    }
  }

  @Test(arguments: ["mlp", "factor", "mixture", "attention"])
  func aModelOpensWithARemarkAndIsSavedWithADigest(name: String) throws {
    try copy("ratings.csv")
    try copy("\(name).safetensors")
    let (result, notes) = run(
      "open model \"\(name).safetensors\"\nsave model \"new.safetensors\"\nlet r = evaluate ndcg@2")
    #expect(result == .completed)
    #expect(notes.count { $0.contains("no digest (version 1)") } == 1, "\(notes)")
    #expect(try numbers("new.safetensors") == numbers("\(name).safetensors"))
    let (again, more) = run("open model \"new.safetensors\"")
    #expect(again == .completed && !more.contains { $0.contains("digest") })
  }

  @Test func aCheckpointResumesWithARemark() throws {
    try copy("ratings.csv")
    try copy("half.checkpoint")
    let (result, notes) = run("model mlp embed=2 hidden=2\nresume \"half.checkpoint\"")
    #expect(result == .completed, "\(result)")
    #expect(notes.contains { $0.contains("Went on after epoch 1") }, "\(notes)")
    #expect(notes.count { $0.contains("no digest (version 1)") } == 1, "\(notes)")
    // It was written anew.
    let (again, more) = run("model mlp embed=2 hidden=2\nresume \"half.checkpoint\"")
    #expect(again == .completed && !more.contains { $0.contains("digest") })
  }

  /// A file of the scratch folder.
  private func file(_ name: String) throws -> Safetensors {
    let bytes = try Files.contents(of: "\(scratch.path)/\(name)", named: name).withBytes {
      Array($0)
    }
    return try bytes.withUnsafeBytes { try Safetensors($0) }
  }

  /// Writes a file of the scratch folder anew with the former name of an option of `transformer`.
  private func giveFormerName(_ name: String) throws {
    let file = try file(name)
    let former = file.metadata.mapValues { $0.replacing(" attention-heads=", with: " heads=") }
    try #require(former != file.metadata)
    let bytes = Safetensors(metadata: former, tensors: file.tensors).sealed()
    try Files.write(bytes, to: "\(scratch.path)/\(name)", named: name)
  }

  /// `attention-heads` of `transformer` was called `heads`, and files say so.
  @Test func aTransformerWhoseHeadsHadAnotherNameOpensAndIsGoneOnWith() throws {
    try copy("ratings.csv")
    let network = "model transformer width=4 layers=1 attention-heads=2 embed=2\n"
    let training = "meta-train maml epochs=2 inner-lr=0.01 checkpoint=\"half.checkpoint\""
    let (result, _) = run(
      network + "meta-train ridge epochs=1\nsave model \"before.safetensors\"\n"
        + training + " stop-after=1")
    #expect(result == .completed, "\(result)")
    try giveFormerName("before.safetensors")
    let (opened, _) = run(
      "open model \"before.safetensors\"\nsave model \"now.safetensors\"\nlet r = evaluate ndcg@2")
    #expect(opened == .completed, "\(opened)")
    let (before, now) = (try file("before.safetensors"), try file("now.safetensors"))
    #expect(
      before.tensors.sorted { $0.name < $1.name } == now.tensors.sorted { $0.name < $1.name })
    #expect(now.metadata["mrs.network"]?.contains("attention-heads=2") == true)

    try giveFormerName("half.checkpoint")
    let (resumed, notes) = run(network + "resume \"half.checkpoint\"")
    #expect(resumed == .completed, "\(resumed)")
    #expect(notes.contains { $0.contains("Went on after epoch 1") }, "\(notes)")
  }
}
