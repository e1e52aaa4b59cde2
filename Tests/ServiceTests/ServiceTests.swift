import Commands
import Datasets
import MetaRec
import Reports
import Service
import Synchronization
import TestedKernels
import Testing

/// What a service answers, asked without a socket.
@Suite struct ServiceTests {
  @Test func somebodyNewIsAdaptedToInTheRequest() throws {
    let service = try Toys.service()
    let plain = try asked(service, "/recommend", #"{"count": 5}"#)
    let told = try asked(service, "/recommend", #"{"ratings": {"1": 5, "2": 1}, "count": 5}"#)
    let listed = try #require(told["items"]?.array)
    #expect(listed.count == 5)
    #expect(told["ratings"] == JSON.number(2))
    #expect(told["items"] != plain["items"])
    let scores = listed.compactMap { $0["score"]?.number }
    #expect(scores == scores.sorted(by: >))
    #expect(!listed.contains { ["1", "2"].contains($0["item"]?.string) })
  }

  @Test func everyAnswerHasTheDigestOfTheFile() throws {
    let service = try Toys.service()
    let digest = JSON.string(SHA256.hex(of: Toys.model))
    #expect(try asked(service, "/recommend", #"{"ratings": {"7": 4}}"#)["model"] == digest)
    for target in ["/health", "/model", "/items", "/nowhere"] {
      let answer = service.answer(to: Request("GET", target))
      let text = String(decoding: answer.body, as: UTF8.self)
      #expect(JSON(parsing: text)?["model"] == digest, "\(target)")
    }
  }

  @Test(arguments: [
    ("GET", "/recommend", "", 405), ("POST", "/recomend", "{}", 404),
    ("POST", "/recommend", "{", 400),
    ("POST", "/recommend", "[]", 400), ("POST", "/recommend", #"{"cuont": 1}"#, 400),
    ("POST", "/recommend", #"{"count": 1, "count": 2}"#, 400),
    ("POST", "/recommend", #"{"ratings": {"1": 99}}"#, 400),
    ("POST", "/recommend", #"{"ratings": {"nowhere": 3}}"#, 404),
    ("POST", "/recommend", #"{"user": "nobody"}"#, 404), ("POST", "/explain", "{}", 400),
    ("POST", "/feedback", #"{"user": "ann", "ratings": {"1": 3}}"#, 507),
    ("GET", "/items?search=%GG", "", 400), ("GET", "/items?count=-1", "", 400),
    ("GET", "/items?search=%ff", "", 400), ("", "", "", 404),
  ])
  func everyRefusalHasOneForm(method: String, target: String, body: String, status: Int) throws {
    let service = try Toys.service()
    let answer = service.answer(to: request(method, target, body))
    #expect(answer.status == status)
    #expect(answer.type == "application/problem+json")
    let problem = try #require(JSON(parsing: String(decoding: answer.body, as: UTF8.self)))
    #expect(problem["status"] == JSON.number(status))
    #expect(problem["detail"]?.string?.isEmpty == false)
    #expect(problem["code"]?.string?.hasPrefix("E") == true)
    #expect(problem["model"] != nil)
  }

  @Test func everyPrefixAndChangedByteOfABodyIsAnswered() throws {
    let service = try Toys.service()
    let body = Array(
      #"{"requests": [{"ratings": {"1": 5e0}, "exclude": ["2"], "seen": true}, {"count": 3}]}"#.utf8
    )
    for end in body.indices {
      let answer = service.answer(to: request("POST", "/recommend/batch", body[..<end]))
      #expect(answer.status == 400)
      var changed = body
      for byte in [0, 34, 44, 92, 125, 255] as [UInt8] {
        changed[end] = byte
        let answer = service.answer(to: request("POST", "/recommend/batch", changed[...]))
        #expect(answer.status == 200 || answer.status == 400)
      }
    }
  }

  @Test func whoeverHasATokenIsLetIn() throws {
    let service = try Toys.service(
      admission: Admission(tokens: ["first-of-the-tokens", "second-of-the-tokens"], isLocal: false))
    func status(_ authorization: String?) -> Int {
      var asked = request("POST", "/recommend", "{}")
      asked.headers["authorization"] = authorization
      return service.answer(to: asked).status
    }
    #expect(status("Bearer first-of-the-tokens") == 200)
    #expect(status("bearer second-of-the-tokens") == 200)
    for wrong in [
      nil, "", "Bearer", "Bearer first-of-the-token", "Bearer first-of-the-tokensx",
      "first-of-the-tokens",
      "Basic first-of-the-tokens", "Bearer first-of-the-tokens second-of-the-tokens",
    ] {
      #expect(status(wrong) == 401, "\(wrong ?? "none")")
    }
    #expect(service.answer(to: Request("GET", "/health")).status == 200)
  }

  @Test func aHostThatOnlyLeadsHereIsRefused() {
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]:80", "::1"] {
      #expect(Admission.isLocal(host), "\(host)")
    }
    for host in [
      "example.org", "127.0.0.1.example.org", "localhost.example.org", "0.0.0.0", "", "10.0.0.1",
    ] {
      #expect(!Admission.isLocal(host), "\(host)")
    }
  }

  @Test func whatTakesTooLongIsGivenUpAndNotRemembered() throws {
    let clock = Mutex(0.0)
    // Each look at the clock is half a second later.
    let service = try Toys.service(now: {
      clock.withLock { time in
        time += 0.5
        return time
      }
    })
    let many = (0..<400).map { #"{"ratings": {"\#(1 + $0 % 50)": 5}}"# }.joined(separator: ",")
    let answer = service.answer(
      to: request("POST", "/recommend/batch", #"{"requests": [\#(many)]}"#))
    #expect(answer.status == 503)
    #expect(try asked(service, "/recommend", #"{"count": 1}"#)["items"]?.array?.count == 1)
  }

  @Test func aReloadThatFailsChangesNothing() throws {
    let service = try Toys.service(reloaded: Array("nonsense".utf8))
    let before = try asked(service, "/recommend", #"{"count": 3}"#)
    #expect(service.answer(to: request("POST", "/reload", "{}")).status == 422)
    #expect(try asked(service, "/recommend", #"{"count": 3}"#) == before)
  }
}

/// A request with a body of JSON.
func request(_ method: String, _ target: String, _ body: some Sequence<UInt8>) -> Request {
  Request(method, target, headers: ["content-type": "application/json"], body: Array(body))
}

func request(_ method: String, _ target: String, _ body: String) -> Request {
  request(method, target, body.utf8)
}

/// The answer to what has to be answered.
func asked(_ service: Service, _ path: String, _ body: String) throws -> JSON {
  let answer = service.answer(to: request("POST", path, body))
  try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  return try #require(JSON(parsing: String(decoding: answer.body, as: UTF8.self)))
}

/// A service for the built-in sample, of which it knows what a model file knows.
enum Toys {
  static let laboratory: Laboratory = {
    guard let lab = try? Laboratory(threads: 1),
      (try? lab.perform(
        "load data; split tasks; meta-train maml steps=1 epochs=1; save model \"m.safetensors\""))
        != nil
    else { fatalError("the sample trains") }
    return lab
  }()

  static let model = (try? laboratory.host.read("m.safetensors")) ?? []

  static func service(
    log: FeedbackLog? = nil, users: Int = 10, reloaded: [UInt8] = model,
    admission: Admission = Admission(tokens: [], isLocal: true),
    now: @escaping @Sendable () -> Double = { 0 }
  ) throws -> Service {
    var limits = ServiceLimits()
    limits.users = users
    return Service(
      try Served(
        FileContents(path: "m.safetensors", model), known: nil, kernels: .underTest),
      log: log, admission: admission, limits: limits,
      surroundings: Service.Surroundings(
        now: now, time: { 1000 }, memory: { 0 },
        model: { () throws(CommandFailure) in
          try Served(
            FileContents(path: "m.safetensors", reloaded), known: nil, kernels: .underTest)
        }))
  }
}
