import Datasets
import Kernels
import Language
import Models

/// What decides which item a new user is asked about next.
///
/// It is a recommender of questions: an item's score is what it is worth to ask about it, of a user whose support
/// holds the answers that they have given.
package protocol QuestionPolicy: Configurable {
  /// Which kinds of data it is made for.
  var feedback: Set<Feedback> { get }
  /// Whether it asks the model of the session, which then has to take inner steps.
  var needsInnerSteps: Bool { get }
  /// Whether what to ask next depends on the answers.
  var heedsAnswers: Bool { get }
  func questions(from basis: InterviewBasis) -> any Recommender
}

extension QuestionPolicy {
  package var feedback: Set<Feedback> { [.ratings, .interactions] }
  package var needsInnerSteps: Bool { false }
  package var heedsAnswers: Bool { false }
}

/// What a policy may learn from: training tasks, never those of users who are interviewed for a judgement.
package struct InterviewBasis: Sendable {
  package var data: Dataset
  package var training: [UserTask]
  package var model: TrainedModel?
  package var key: RandomKey
  package var kernels: KernelSet
  package var threads: Int

  package init(
    _ data: Dataset, training: [UserTask], model: TrainedModel?, key: RandomKey, kernels: KernelSet,
    threads: Int
  ) {
    self.data = data
    self.training = training
    self.model = model
    self.key = key
    self.kernels = kernels
    self.threads = threads
  }
}

/// Asks about what a baseline scores highest.
package protocol BaselineQuestions: QuestionPolicy {
  static var baseline: any Baseline { get }
}

extension BaselineQuestions {
  package func questions(from basis: InterviewBasis) -> any Recommender {
    Self.baseline.fitted(
      to: basis.data, training: basis.training, key: basis.key, kernels: basis.kernels)
  }
}

/// Every policy that `interview` can name.
package let questionPolicies = Catalog<any QuestionPolicy>(
  "policy",
  [
    VarianceReduction.self, EvidenceCandidates.self, PopularQuestions.self, RandomQuestions.self,
  ])

/// Asks about what most training users have rated: they will have an answer, though one that tells little.
package struct PopularQuestions: BaselineQuestions {
  package init() {}

  package static let signature = Signature<Self>(
    "popularity", "Asks about the items with most training ratings.",
    examples: [Example("interview new 10 policy=popularity")])

  package static var baseline: any Baseline { Popularity() }
}

/// Asks about anything: what a policy has to be ahead of.
package struct RandomQuestions: BaselineQuestions {
  package init() {}

  package static let signature = Signature<Self>(
    "random", "Asks about items drawn by chance.",
    examples: [Example("interview new 10 policy=random")])

  package static var baseline: any Baseline { RandomScores() }
}
