import MetaRec

/// Events of a run, and a task that is cancelled in the middle of a training.
@Sendable func followAndStop() async throws {
  let lab = try Laboratory()
  let task = Task {
    var heard = 0
    for try await event in lab.run(
      "load data; split tasks; meta-train maml epochs=10000 patience=10000; let done = 1")
    {
      guard case .progress(let step) = event else { continue }
      heard += 1
      print("  \(step.title): \(Int(step.done)) of \(Int(step.total)) \(step.unit)")
      // Usually somebody else cancels.
      if heard == 2 { withUnsafeCurrentTask { $0?.cancel() } }
    }
  }
  do {
    try await task.value
    throw Unexpected(what: "the training went on")
  } catch is CancellationError {
    print("stopped; the laboratory has", lab.slots.map(\.rawValue).sorted())
  }
  try expect(lab.slots.isSuperset(of: [.data, .tasks]), "what had ended stays")
  try lab.perform("let x = 1")
}
