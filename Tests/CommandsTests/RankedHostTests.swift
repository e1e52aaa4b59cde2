import Commands
import Datasets
import Kernels
import Language
import Synchronization
import TestedKernels
import Testing

/// What ranks see of the outside, each with files of its own.
@Suite struct RankedHostTests {
  /// What `work` gives on ranks with these files.
  private func run<T: Sendable>(
    _ hosts: [RecordingHost], _ work: @escaping @Sendable (any Host) -> T
  ) -> [T] {
    ThreadRanks.run(hosts.count) { ranks in work(hosts[ranks.rank].shared) }.results
  }

  private func failure(_ work: () throws(CommandFailure) -> Void) -> CommandFailure? {
    do throws(CommandFailure) { try work() } catch { return error }
    return nil
  }

  @Test func aRankWithoutAFileGetsItFromRank0() {
    let found = run([RecordingHost(["a.csv": "u,i\n1,2\n"]), RecordingHost()]) { host in
      (try? host.read("a.csv"))?.withBytes { String(decoding: $0, as: UTF8.self) }
    }
    #expect(found == ["u,i\n1,2\n", "u,i\n1,2\n"])
  }

  /// Noise that no rank shares would part their weights unnoticed.
  @Test func noiseOfTheSystemIsRefused() {
    let script =
      "load data\nsplit tasks\nmeta-train maml epochs=1 privacy=gaussian epsilon=8 delta=1e-3 noise-source=system"
    let messages = run([RecordingHost(), RecordingHost()]) { host -> String in
      var interpreter = Interpreter()
      guard case .failed(let failure) = interpreter.run(Source(text: script), host: host)
      else { return "" }
      return failure.message
    }
    for message in messages { #expect(message.contains("each rank would draw")) }
  }

  @Test func whatRank0LacksIsThereForNobody() {
    let found = run([RecordingHost(), RecordingHost(["a.csv": "1"])]) { host in
      (
        host.kind(of: "a.csv") == nil,
        failure { () throws(CommandFailure) in _ = try host.read("a.csv") }?.code
      )
    }
    for (isMissing, code) in found {
      #expect(isMissing)
      #expect(code == "E0501")
    }
  }

  @Test func anotherFileIsRefusedByAll() throws {
    let hosts = [RecordingHost(["a": "1"]), RecordingHost(["a": "1"]), RecordingHost(["a": "22"])]
    for found in run(
      hosts,
      { host in
        failure { () throws(CommandFailure) in _ = try host.read("a") }
      })
    {
      let found = try #require(found)
      #expect(found.code == "E0903")
      #expect(found.message.contains("rank 2 has 2 bytes"), "\(found.message)")
    }
  }

  @Test func rank0AloneWritesAndItsFailureIsForAll() {
    let hosts = [RecordingHost(), RecordingHost()]
    let well = run(hosts) { host in
      failure { () throws(CommandFailure) in try host.write([1], to: "a") }
    }
    #expect(well == [nil, nil])
    #expect(hosts.map { $0.files.count } == [1, 0])
    hosts[0].room = 0
    let codes = run(hosts) { host in
      failure { () throws(CommandFailure) in try host.write([1], to: "b") }?.code
    }
    #expect(codes == ["E0504", "E0504"])
    // A disk that nobody writes to may be full.
    (hosts[0].room, hosts[1].room) = (1, 0)
    let others = run(hosts) { host in
      failure { () throws(CommandFailure) in try host.write([1], to: "c") }
    }
    #expect(others == [nil, nil])
  }

  @Test func timeAndMemoryAreTheSameForAll() {
    let hosts = [RecordingHost(), RecordingHost()]
    _ = hosts[1].now()
    (hosts[0].availableMemory, hosts[1].availableMemory) = (3e9, 2e9)
    let found = run(hosts) { host in [host.now(), host.now(), host.availableMemory ?? 0] }
    #expect(found == [[1, 2, 2e9], [1, 2, 2e9]])
  }

  @Test(arguments: [2, 3]) func aScriptSaysTheSameOnEveryRank(count: Int) throws {
    let text = """
      mrs 1
      set seed=7
      load data
      split tasks
      meta-train maml epochs=1 steps=1
      let tuned = search grid fomaml steps=[1, 2] epochs=1
      let judged = evaluate mae ndcg
      save model "m.safetensors"
      """
    func run(_ ranks: Int) -> [RecordingHost] {
      let hosts = (0..<ranks).map { _ in RecordingHost() }
      let results = self.run(hosts) { host in
        var interpreter = Interpreter()
        return interpreter.run(Source(name: "test", text: text), host: host)
      }
      for result in results { #expect(result == .completed) }
      return hosts
    }
    let alone = run(1)
    let shared = run(count)
    #expect(shared[0].files == alone[0].files)
    for other in shared.dropFirst() { #expect(other.files.isEmpty) }
  }
}
