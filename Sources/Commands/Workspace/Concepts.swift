import Language

/// A page on an idea that several commands have in common, as `help` explains it.
package protocol ConceptPage: Configurable {}

/// Every idea that has a page of its own.
package let concepts = Catalog<any ConceptPage>("concept", [PrivacyPage.self])

/// What `privacy=` promises.
private struct PrivacyPage: ConceptPage {
  static let signature = Signature<Self>(
    "privacy", "What `privacy=gaussian` promises training users, and what it does not.",
    details: """
      PROMISED, with noise-source=system: whoever sees the model, and knows everything but one training user's ratings, \
      can hardly tell whether that user was there. Whatever they conclude from the model, their odds move by a factor of \
      e^ε at most, but for a probability of δ (differential privacy, Dwork et al. 2006; users as units, a user more or \
      less). In each step every user takes part with the probability batch / users, whoever else does (Poisson); the \
      gradient of all their ratings together is cut to the length user-clip; the sum gets normal noise in every weight, \
      in the rows of all items as well, rated or not (DP-SGD, Abadi et al. 2016; users, McMahan et al. 2018). Embeddings \
      of items that few users rated are then mostly noise. accountant=pld adds the steps up nearly exactly (as \
      dp-accounting does), rdp as Opacus and TensorFlow Privacy do; the smaller ε holds. Training stops before epsilon= \
      is exceeded.

      NOT PROMISED: noise from the session's seed (noise-source=seed, the usual) hides nothing, since whoever has the \
      script draws it again; it is called simulated. Nothing is promised to validation and test users, nor to a user \
      to whose ratings the model is adapted: their list is made of their ratings, and is theirs to see. What was done to \
      the data before (`clean`, `split`), the catalogue, the scale, the number of users and the names of their feature \
      values are taken to be public. Several models of the same users add up: twice ε = 4 is ε = 8. Choosing options \
      by looking at results spends, too, unless those results come of users who agreed (public=validation). Baselines that `evaluate` sets beside the model are \
      fitted to training users without noise, but for `noisy-item-mean` and `noisy-bias`. Noise is \
      rounded to floats, and times and memory of the machine are not hidden (Mironov 2012).

      WHO IS TRUSTED: whoever runs `mrs` sees all ratings, and is trusted with them. Those who get the model, or what \
      is made from it, need not be. Neither the model nor its file holds a seed of the system's noise, and the file \
      leaves out the digest of the split. `recover` trains nothing again that would spend ε once more.

      TO LOOK AT IT: `audit privacy` attacks such trainings and shows a lower bound of ε beside the one accounted for, which \
      is an upper bound; `plot privacy` draws what each ε costs, beside baselines that spend as much.
      """,
    needs: [.tasks],
    examples: [
      Example(
        "meta-train maml epochs=2 privacy=gaussian epsilon=8 delta=1e-5 user-clip=1",
        "simulated: replays, promises nothing"),
      Example(
        "meta-train maml epochs=2 privacy=gaussian epsilon=8 delta=1e-5 noise-source=system",
        "private: no two trainings are alike"),
      Example(
        "meta-train reptile epochs=2 privacy=gaussian epsilon=8 delta=1e-5 public=validation",
        "validation users agreed to be looked at"),
    ])
}
