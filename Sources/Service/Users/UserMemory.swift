import Commands
import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Synchronization

/// The users who are known by the data or by their feedback, with the model adapted to each: at most so many in
/// memory. What is not there is made anew from the data and the feedback file, to the same bits.
final class UserMemory: Sendable {
  /// One user. Whoever uses it sees at once what was added to the log.
  private final class Entry: Sendable {
    struct State {
      /// The feedback up to a record of the log.
      var told = Told()
      var head = -1
      /// Made by the model of that digest.
      var asker: Asker?
      var digest = ""
    }

    let state = Mutex(State())
  }

  private let entries: RecentlyUsed<Entry>
  private let log: FeedbackLog?

  init(_ log: FeedbackLog?, most: Int) {
    self.log = log
    entries = RecentlyUsed(most)
  }

  var count: Int { entries.count }
  var droppedCount: Int { entries.droppedCount }

  /// A user by their id.
  ///
  /// - Throws: 404 for somebody whom neither the data nor feedback know.
  func user(_ id: String, _ served: Served, at pointer: String) throws(Problem) -> Asker {
    let entry = entries[id]
    // Who is unknown takes nobody's place.
    if entry == nil, served.known.data.users.ids[id] == nil, try !isInLog(id) {
      throw Problem(
        404, "E0502", "no user has the id `\(shortened(id))`",
        help: [
          "leave out `user` for somebody new; `POST /feedback` makes somebody known"
        ], at: pointer)
    }
    let known = entry ?? entries.value(id) { Entry() }
    let result: Result<Asker, Problem> = known.state.withLock { state in
      do throws(Problem) {
        return .success(try self.current(&state, id, served, pointer))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func isInLog(_ id: String) throws(Problem) -> Bool {
    try reading { log throws(CommandFailure) in
      guard let log else { return false }
      return try !log.records(of: id, from: log.head(of: id), to: -1).isEmpty
    }
  }

  /// Takes over what is new in the log, and adapts where that or the model has changed.
  private func current(
    _ state: inout Entry.State, _ id: String, _ served: Served, _ pointer: String
  ) throws(Problem) -> Asker {
    let known = state.head
    let (head, records) = try reading { log throws(CommandFailure) in
      let head = log?.head(of: id) ?? -1
      return (head, try log?.records(of: id, from: head, to: known) ?? [])
    }
    state.head = head
    for record in records { state.told.add(record.told) }
    if records.isEmpty, state.digest == served.digest, let asker = state.asker { return asker }
    let asker = try served.asker(id, told: state.told)
    // What was adapted in haste means nothing, and nobody gets this answer.
    guard !Cancellation.isRequested else { return asker }
    (state.asker, state.digest) = (asker, served.digest)
    return asker
  }

  private func reading<T>(
    _ work: (FeedbackLog?) throws(CommandFailure) -> T
  ) throws(Problem) -> T {
    do {
      return try work(log)
    } catch {
      throw Problem(500, error.code, error.message, help: error.help)
    }
  }
}

extension Served {
  /// A known user with all feedback; what it says of items that the data do not have is passed over.
  fileprivate func asker(_ id: String, told: Told) throws(Problem) -> Asker {
    let number = known.data.users.ids[id]
    let (support, rated) = number.map { known.ratings(of: $0) } ?? ([], [])
    var context = UserContext(user: number.map { Int32($0) }, support: support)
    var given: [UserContext.Rating] = []
    for rating in told.ratings {
      guard let item = known.item(rating.item),
        known.data.scale.bounds.contains(Double(rating.value))
      else { continue }
      given.append(known.rating(of: item, rating.value, seconds: rating.time))
    }
    context.learn(given)
    var person: Entities?
    if number == nil, !told.features.isEmpty {
      // Features that other data had are passed over as well.
      let names = Set(known.data.users.features.map(\.name))
      let present = told.features.filter { names.contains($0.key) }
      person = try newcomer(present, at: "").person
      context.person = person.map { model.problem.encoder.codes(of: $0) }
    }
    return Asker(
      id: id, kept: model.kept(for: context), rated: rated + given.map(\.item), person: person)
  }
}
