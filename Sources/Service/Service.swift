import Commands
import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports
import Synchronization

/// Recommendations over HTTP, without the sockets: a request comes in as a value, and an answer goes out as one. May be
/// asked from any number of threads.
package final class Service: Sendable {
  /// What a service needs of the outside.
  package struct Surroundings: Sendable {
    /// Seconds on a clock that never goes back.
    package var now: @Sendable () -> Double
    /// Seconds since 1970.
    package var time: @Sendable () -> Int64
    /// How many bytes of memory the process holds.
    package var memory: @Sendable () -> Double
    /// Reads the model's file as it is now, and what it ranks.
    package var model: @Sendable () throws(CommandFailure) -> Served

    package init(
      now: @escaping @Sendable () -> Double, time: @escaping @Sendable () -> Int64,
      memory: @escaping @Sendable () -> Double,
      model: @escaping @Sendable () throws(CommandFailure) -> Served
    ) {
      self.now = now
      self.time = time
      self.memory = memory
      self.model = model
    }
  }

  let surroundings: Surroundings
  let admission: Admission
  package let limits: ServiceLimits
  let log: FeedbackLog?
  let users: UserMemory
  let metrics = Metrics()
  /// When it began, on the clock of its surroundings.
  let start: Double
  private let present: Mutex<Served>
  /// One reload at a time.
  private let reloading = Mutex(())

  package init(
    _ served: Served, log: FeedbackLog?, admission: Admission, limits: ServiceLimits,
    surroundings: Surroundings
  ) {
    self.surroundings = surroundings
    self.admission = admission
    self.limits = limits
    self.log = log
    users = UserMemory(log, most: limits.users)
    start = surroundings.now()
    present = Mutex(served)
  }

  package var served: Served { present.withLock { $0 } }

  /// Reads the model's file again. Whoever has begun to answer ends with the model as it was.
  ///
  /// - Throws: what is wrong with the file; then nothing has changed.
  @discardableResult
  package func reload() throws(Problem) -> Served {
    let result: Result<Served, Problem> = reloading.withLock { _ in
      do throws(CommandFailure) {
        let new = try surroundings.model()
        present.withLock { $0 = new }
        return .success(new)
      } catch {
        return .failure(Problem(error))
      }
    }
    if case .success = result { metrics.count(reload: true) } else { metrics.count(reload: false) }
    return try result.get()
  }

  /// The answer to a request. Never fails: what is wrong is answered as well.
  package func answer(to request: Request) -> Answer {
    let begin = surroundings.now()
    metrics.begin()
    let served = served
    var path = ""
    let answer: Answer
    do throws(Problem) {
      let route = try self.route(of: request)
      path = route.path
      answer = try answered(request, route, served, until: begin + limits.seconds)
    } catch {
      answer = error.answer(by: served.digest)
    }
    metrics.end(path, status: answer.status, seconds: surroundings.now() - begin)
    return answer
  }

  /// The answer to a request that is refused before it could be read to its end.
  package func refuse(_ problem: Problem) -> Answer {
    metrics.begin()
    metrics.end("", status: problem.status, seconds: 0)
    return problem.answer(by: served.digest)
  }

  /// The form of every answer but pages: its problem if the request is refused before its body is read.
  package func obstacle(_ request: Request) -> Problem? {
    do throws(Problem) {
      return admission.problem(request, try route(of: request).audience)
    } catch {
      return error
    }
  }

  /// Whether an answer takes little time and waits for no disk.
  package func isShort(_ request: Request) -> Bool {
    (try? route(of: request))?.isShort ?? false
  }

  /// Whether an answer may take much longer than most.
  package func takesLong(_ request: Request) -> Bool {
    (try? route(of: request))?.takesLong ?? false
  }

  private func route(of request: Request) throws(Problem) -> Route {
    let path = request.path
    let found = routes.filter { $0.path == path }
    if let route = found.first(where: { $0.method.rawValue == request.method }) { return route }
    guard found.isEmpty else {
      var problem = Problem(
        405, "E0924", "`\(path)` is not asked by \(shortened(request.method))",
        help: ["ask by " + found.map(\.method.rawValue).joined(separator: " or ")])
      problem.headers = [("Allow", found.map(\.method.rawValue).joined(separator: ", "))]
      throw problem
    }
    let near = suggestions(for: path, among: routes.map(\.path)).first.map {
      ["did you mean `\($0)`?"]
    }
    throw Problem(
      404, "E0924", "there is no `\(shortened(path))` here",
      help: (near ?? []) + ["`GET /openapi.json` says what there is"])
  }

  private func answered(
    _ request: Request, _ route: Route, _ served: Served, until end: Double
  ) throws(Problem) -> Answer {
    if let problem = admission.problem(request, route.audience) { throw problem }
    var call = Call(request: request, served: served)
    call.query = try route.read(request)
    call.body = try route.body(of: request, served, limits: limits)
    let now = surroundings.now
    let result = Cancellation.attempt(until: { now() >= end }) {
      Arithmetic.standard { () -> Result<Answer, Problem> in
        do throws(Problem) {
          return .success(try route.run(self, call))
        } catch {
          return .failure(error)
        }
      }
    }
    guard let result else {
      throw Problem(
        503, "E0922", "the answer took longer than \(Number.text(limits.seconds)) s",
        help: ["ask for fewer at once; `--timeout` says how long an answer may take"])
    }
    return try result.get()
  }

  /// Somebody who asks, as the body of a request says who they are.
  func asker(_ body: JSON, _ served: Served, at pointer: String = "") throws(Problem) -> Asker {
    let told = Told(body)
    guard let id = body["user"]?.string else {
      return try served.asker(telling: told, known: nil, at: pointer)
    }
    let known = try users.user(id, served, at: pointer + "/user")
    guard !told.ratings.isEmpty || !told.features.isEmpty else { return known }
    return try served.asker(telling: told, known: known, at: pointer)
  }
}
