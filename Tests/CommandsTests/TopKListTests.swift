import Commands
import Language
import Testing

/// Lists for many users at once.
@Suite struct TopKListTests {
  private func run(_ lines: [String], _ host: RecordingHost) -> (RunResult, Record) {
    var interpreter = Interpreter()
    let script = [
      "set seed=7", "load data", "split tasks valid=10% test=10%",
      "meta-train maml steps=1 epochs=1",
    ]
    var last = Record()
    let result = interpreter.run(
      Source(name: "test", text: (script + lines).joined(separator: "\n")), host: host
    ) { last = $0.report?.result ?? last }
    return (result, last)
  }

  private func text(_ host: RecordingHost, _ path: String) -> String {
    String(decoding: host.files[path] ?? [], as: UTF8.self)
  }

  @Test func everyTestUserGetsTheListThatAdaptingGives() throws {
    let host = RecordingHost()
    let (result, record) = run(["topk 3 for=test file=\"lists.csv\""], host)
    #expect(result == .completed)
    #expect(record["users"] == .number(60) && record["rows"] == .number(180))
    let rows = text(host, "lists.csv").split(separator: "\n")
    #expect(rows[0] == "user,rank,item,score" && rows.count == 181)
    let first = rows[1].split(separator: ",").map { String($0) }
    let (_, alone) = run(["adapt user \(first[0])", "topk 3"], host)
    guard case .list(let items)? = alone["items"] else { throw Missing() }
    #expect(items.map(\.text) == rows[1...3].map { String($0.split(separator: ",")[2]) })
    #expect(alone["user"]?.text == first[0])
  }

  private struct Missing: Error {}

  @Test func aFileSaysForWhomAndItsNameInWhichForm() throws {
    let host = RecordingHost(["who.csv": "user,since\n7,2001\n42,2002\n", "ids.txt": "9\n7\n"])
    let (result, record) = run(["topk 2 for=\"who.csv\" file=\"lists.jsonl\""], host)
    #expect(result == .completed && record["rows"] == .number(4))
    #expect(text(host, "lists.jsonl").hasPrefix("{\"user\": \"7\", \"rank\": 1, \"item\": "))
    let (other, lines) = run(["topk 2 for=\"ids.txt\" file=\"lists.npy\""], host)
    #expect(other == .completed && lines["users"] == .number(2))
    #expect(host.files["lists.npy"] != nil && host.files["lists.items.txt"] != nil)
  }

  @Test(arguments: [
    ("topk 3 for=test file=\"lists.doc\"", "E0306"), ("topk 3 for=\"none.csv\"", "E0501"),
    ("topk 3 for=\"strangers.csv\"", "E0502"), ("topk 3", "E0402"), ("topk 3 for=others", "E0408"),
  ])
  func whatCannotBeListedIsRefused(line: String, code: String) {
    let host = RecordingHost(["strangers.csv": "user\n7\nnobody\n"])
    switch run([line], host).0 {
    case .failed(let fault): #expect(fault.code == code)
    case .invalid(let faults): #expect(faults.first?.code == code)
    case let other: Issue.record("\(line): \(other)")
    }
  }
}
