import Kernels
import Language

/// What a network is built for.
package struct InputShape: Sendable, Equatable {
  /// Features that differ from row to row, each one field of the table.
  package var ownFields: Int
  /// Features that all rows of a task share.
  package var commonFields: Int
  package var tableRows: Int
  /// Numbers that come with each row.
  package var vectorWidth: Int
  /// Numbers the loss wants for each row.
  package var outputs: Int
  /// The width of a prompt that joins the shared features; 0 for none.
  package var promptWidth: Int

  package init(
    ownFields: Int, commonFields: Int, tableRows: Int, vectorWidth: Int = 0, outputs: Int = 1,
    promptWidth: Int = 0
  ) {
    self.ownFields = ownFields
    self.commonFields = commonFields
    self.tableRows = tableRows
    self.vectorWidth = vectorWidth
    self.outputs = outputs
    self.promptWidth = promptWidth
  }
}

/// What flows from one stage of a network to the next.
package struct NetworkState {
  /// One row for each rating; the scores, after the last stage.
  package var hidden: TapeValue
  /// One row for the task, until a stage has used it.
  package var common = TapeValue.none
  /// What is added to the scores at the end.
  package var residual = TapeValue.none
  /// The features of the support rows, for networks that look at them, and what the user thought of them.
  package var support = TapeValue.none
  package var ratings = TapeValue.none
  /// How many days each support row is older than the newest; nil where no time is known.
  package var ages: Matrix?
  /// Which support rows the network attends to, ascending; all of them if it does not choose.
  package var tokens: [Int]?
  /// What each row has paid attention to in the last stage, head by head (rows × places), for networks that do.
  package var shares: [TapeValue] = []
  /// The chance of regularisers, while training.
  package var noise: RandomKey?
  /// Whether the rows are the support itself.
  package var isSupport = false

  package init(hidden: TapeValue, common: TapeValue = .none, residual: TapeValue = .none) {
    self.hidden = hidden
    self.common = common
    self.residual = residual
  }

  /// The state after a head: scores, with what is added to them at the end.
  func scored(_ tape: Tape, _ weight: TapeValue, _ bias: TapeValue) -> NetworkState {
    var next = self
    next.hidden = tape.affine(hidden, weight, bias)
    if residual.isSome { next.hidden = tape.add(next.hidden, residual) }
    next.residual = .none
    return next
  }

  /// The variables that a later stage depends on.
  package var variables: [TapeValue] {
    [hidden, common, residual, support, ratings].filter(\.isSome)
  }
}

/// A function from features to scores, in stages, so that what an inner loop does not change is computed
/// once a task.
///
/// Stage 0 turns rows into features; stages 1, 2, … transform them; the last is the head. The network
/// only builds the function on a tape: gradients of any order come from there.
package protocol Network: Configurable {
  /// The weights it needs, in the order in which it is given them.
  func blocks(_ shape: InputShape) -> [WeightBlock]
  /// The number of the head's stage.
  func lastStage(_ shape: InputShape) -> Int
  /// Stage 0.
  func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState
  /// Stage 1 or later.
  func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState
  /// Stages 1 and later as a stack of dense layers, if they are one.
  func denseStack(_ shape: InputShape) -> DenseStack?
  /// Over how many layers of the training graph its embeddings are propagated; nil for a network that knows no
  /// graph.
  var propagation: Int? { get }
  /// Whether what it attends to, if anything, are ratings of the user's support.
  var attendsToSupport: Bool { get }
  /// Whether it looks at the support rows to score others, and so has to know what each of them is.
  var readsSupport: Bool { get }
}

extension Network {
  package func denseStack(_ shape: InputShape) -> DenseStack? { nil }
  package var propagation: Int? { nil }
  package var attendsToSupport: Bool { true }
  package var readsSupport: Bool { false }
}

/// Every network that `model` can name.
package let networks = Catalog<any Network>(
  "network",
  [MLP.self, Factor.self, Mixture.self, Attention.self, Graph.self, Transformer.self, Memory.self])
