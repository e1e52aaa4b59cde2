import Commands
import Datasets
import Language
import Reports

/// What completion offers from the live session and from the disk.
struct LiveValues: Sendable {
  /// Nobody reads more, and answers must come at once.
  private static let limit = 10_000

  let session: Session
  let host: TerminalHost

  /// What could stand in a place of that kind and begins with the prefix.
  func values(_ kind: CompletionKind, prefix: String) -> [NamedValue] {
    switch kind {
    case .nothing: []
    case .file(let extensions), .writtenFile(let extensions):
      files(prefix) { name in
        extensions.isEmpty || extensions.contains { name.hasSuffix("." + $0) }
      }
    case .folder: files(prefix) { _ in false }
    case .live("user"): session.data.map { users(of: $0, prefix) } ?? []
    case .live("owner"): session.modelData.map { users(of: $0, prefix) } ?? []
    case .live("other"): session.modelData.map { entities($0.items, prefix) } ?? []
    case .live("item"): session.data.map { entities($0.items, prefix) } ?? []
    case .live("column"): session.data.map { columns($0, prefix) } ?? []
    case .live("trained"): session.trainedNames.filter { $0.name.hasPrefix(prefix) }
    case .live("model"): session.contestantNames.filter { $0.name.hasPrefix(prefix) }
    case .live("topic"): TopicGroup.topics.filter { $0.name.hasPrefix(prefix) }
    case .live("lesson"): lessons.filter { $0.name.hasPrefix(prefix) }
    case .live: []
    }
  }

  private var lessons: [NamedValue] {
    TakeLesson.names(host).map { NamedValue($0, "") }
      + [
        NamedValue("hint", "the next hint"), NamedValue("again", "the step again"),
        NamedValue("stop", "leave the lesson"),
      ]
  }

  /// By their ids, and by their titles once a letter of one is there.
  private func entities(_ entities: Entities, _ prefix: String) -> [NamedValue] {
    let start = prefix.lowercased()
    var found: [NamedValue] = []
    for (index, name) in entities.ids.names.enumerated() where found.count < LiveValues.limit {
      let title = entities.label(index)
      if name.hasPrefix(prefix) {
        found.append(NamedValue(name, title == name ? "" : title))
      } else if !start.isEmpty, title.lowercased().hasPrefix(start) {
        found.append(NamedValue(title, "id \(name)"))
      }
    }
    return found
  }

  /// Users with how many ratings they have and what the split makes of them.
  private func users(of data: Dataset, _ prefix: String) -> [NamedValue] {
    let found = entities(data.users, prefix)
    var counts = [Int](repeating: 0, count: data.users.count)
    for user in data.interactions.users { counts[Int(user)] += 1 }
    var parts: [Int32: TaskSplit.Part] = [:]
    let tasks = session.tasks.flatMap { $0.owner == data.owner ? $0 : nil }
    for part in [TaskSplit.Part.train, .valid, .test] {
      for task in tasks?[part] ?? [] { parts[task.user] = part }
    }
    return found.map { value in
      guard let number = data.users.ids[value.name] else { return value }
      let count = counts[number]
      let words = [value.summary, counted(count, "rating")]
      let part = parts[Int32(number)].map { "\($0.rawValue) \(data.owner.noun)" }
      return NamedValue(
        value.name, (words + [part ?? ""]).filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  private func columns(_ data: Dataset, _ prefix: String) -> [NamedValue] {
    let named =
      data.users.features.map { NamedValue($0.name, "of users") }
      + data.items.features.map { NamedValue($0.name, "of items") }
      + data.interactions.columns.keys.sorted().map { NamedValue($0, "of ratings") }
    return named.filter { $0.name.hasPrefix(prefix) }
  }

  private func size(of path: String) -> String {
    guard let bytes = host.size(of: path) else { return "" }
    return bytes < 10_000 ? "\(grouped(bytes)) bytes" : short(Double(bytes)) + "B"
  }

  /// Folders, and the files that are wanted; hidden ones only when asked for.
  private func files(_ prefix: String, _ isWanted: (String) -> Bool) -> [NamedValue] {
    let start = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let rest = prefix.dropFirst(start.count)
    guard let names = try? host.list(start.isEmpty ? "." : start) else { return [] }
    var found: [NamedValue] = []
    for name in names where name.hasPrefix(rest) && (rest.hasPrefix(".") || !name.hasPrefix(".")) {
      if host.kind(of: start + name) == .folder {
        found.append(NamedValue(start + name + "/", "folder"))
      } else if isWanted(name) {
        found.append(NamedValue(start + name, size(of: start + name)))
      }
      if found.count == LiveValues.limit { break }
    }
    return found
  }
}
