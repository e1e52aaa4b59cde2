import Datasets
import Language
import Reports
import Synchronization

/// What a service has counted since it was started. May be used from any thread.
final class Metrics: Sendable {
  private struct Key: Hashable {
    var route: String
    var status: Int
  }

  private struct Times {
    /// How many answers took at most as long as each bound, and how many there were.
    var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
    var count = 0
    var seconds = 0.0
  }

  private struct State {
    var answers: [Key: Int] = [:]
    var times: [String: Times] = [:]
    var underWay = 0
    var feedback = 0
    var reloads = (done: 0, failed: 0)
  }

  /// Seconds.
  private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10]

  private let state = Mutex(State())

  func begin() { state.withLock { $0.underWay += 1 } }

  /// - Parameter route: its path; empty for none.
  func end(_ route: String, status: Int, seconds: Double) {
    state.withLock { state in
      state.underWay -= 1
      state.answers[Key(route: route, status: status), default: 0] += 1
      var times = state.times[route] ?? Times()
      times.count += 1
      times.seconds += seconds
      if let place = Self.bounds.firstIndex(where: { seconds <= $0 }) { times.buckets[place] += 1 }
      state.times[route] = times
    }
  }

  func count(feedback ratings: Int) { state.withLock { $0.feedback += ratings } }

  func count(reload isDone: Bool) {
    state.withLock { state in
      if isDone { state.reloads.done += 1 } else { state.reloads.failed += 1 }
    }
  }

  /// All of it in Prometheus' text format, version 0.0.4.
  var text: String {
    let state = state.withLock { $0 }
    var page = MetricsPage()
    let answers = state.answers.sorted {
      ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
    }
    page.add(
      "mrs_requests_total", "counter", "Answers by path and status.",
      answers.map { (#"path="\#($0.key.route)",status="\#($0.key.status)""#, Double($0.value)) })
    page.head("mrs_request_seconds", "histogram", "How long answers took.")
    for (route, times) in state.times.sorted(by: { $0.key < $1.key }) {
      var sum = 0
      for (bound, count) in zip(Self.bounds, times.buckets) {
        sum += count
        page.line("mrs_request_seconds_bucket", #"path="\#(route)",le="\#(bound)""#, Double(sum))
      }
      page.line("mrs_request_seconds_bucket", #"path="\#(route)",le="+Inf""#, Double(times.count))
      page.line("mrs_request_seconds_sum", #"path="\#(route)""#, times.seconds)
      page.line("mrs_request_seconds_count", #"path="\#(route)""#, Double(times.count))
    }
    page.add("mrs_requests_under_way", "gauge", "Requests being answered.", Double(state.underWay))
    page.add("mrs_feedback_total", "counter", "Ratings that were told.", Double(state.feedback))
    page.add(
      "mrs_reloads_total", "counter", "Reloads of the model.",
      [
        (#"result="done""#, Double(state.reloads.done)),
        (#"result="failed""#, Double(state.reloads.failed)),
      ])
    return page.text
  }
}

/// Lines in Prometheus' text format.
struct MetricsPage {
  private(set) var text = ""

  mutating func head(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func line(_ name: String, _ labels: String, _ value: Double) {
    text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(Number.text(value))\n"
  }

  mutating func add(
    _ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: Double)]
  ) {
    head(name, type, help)
    for (labels, value) in values { line(name, labels, value) }
  }

  mutating func add(_ name: String, _ type: String, _ help: String, _ value: Double) {
    add(name, type, help, [("", value)])
  }
}

extension Service {
  /// What is measured, of the service and of the process.
  func measured(_ served: Served) -> String {
    var page = MetricsPage()
    page.add(
      "mrs_model_info", "gauge", "The model that answers.",
      [(#"digest="\#(served.digest)",algorithm="\#(served.title)""#, 1)])
    page.add("mrs_users_in_memory", "gauge", "Adapted users in memory.", Double(users.count))
    page.add(
      "mrs_users_dropped_total", "counter", "Users that made room for others.",
      Double(users.droppedCount))
    page.add(
      "process_resident_memory_bytes", "gauge", "Memory that the process holds.",
      surroundings.memory())
    page.add("mrs_up_seconds", "gauge", "Since the start.", surroundings.now() - start)
    return page.text + metrics.text
  }
}
