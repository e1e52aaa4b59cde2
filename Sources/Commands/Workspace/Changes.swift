import Reports

/// What one version changed for those who use the program. The newest is the present one, which
/// `thePresentVersionHasItsChanges` holds.
package struct Release: Sendable {
  package let version: String
  /// Sentences for users, what is new first, then what scripts and files of before have to heed.
  package let changes: [String]
}

/// Every version, the newest first.
package let releases: [Release] = [
  Release(
    version: "0.1.0",
    changes: [
      "The first version: a language, a prompt, models for ratings and clicks, and the tables that judge them.",
      "Notebooks: a kernel for Jupyter, stopped without losing epochs, with lessons (`mrs jupyter install`).",
      """
      Documents: `mrs run x.mrs --publish x.html` writes a run as a page, Markdown, a notebook, LaTeX or a \
      picture of the terminal; `publish` takes some of the cells.
      """,
      "The reference as pages that can be searched, each example with what it says: `mrs help --html FOLDER`.",
      "Editors: `mrs language-server`, and colours for VS Code, Vim and Pygments by `mrs syntax`.",
      "Python: the package `metarec` runs scripts, gives tables to pandas and polars, and reads models with NumPy alone.",
      "Continuous integration: `mrs test --annotate --junit --tap --shard`, `mrs check --sarif`.",
      """
      A service: `mrs serve x.safetensors` recommends over HTTP, adapts to newcomers in the request, learns from \
      feedback and reloads models.
      """,
      """
      Smaller models: `compress int8`, `compress prune=50%`, `compress rank=8`, with what each costs in paired tests; \
      files keep them small.
      """,
      """
      Private training: `meta-train … privacy=gaussian epsilon=8 delta=1e-5` hides what any one training user gave, with \
      accountants that agree with those of others; `help privacy` says what is promised.
      """,
      """
      Federated training: `meta-train … over=federated` counts what goes between server and clients, with drop-outs, late \
      answers and secure aggregation; `help federated` says what that hides. `target-loss=` ends any training there.
      """,
      "`meta-train reptile` on interactions steps by 0.25 where no inner-lr= is given; by 1, as before, it diverged.",
      """
      `audit privacy` attacks trainings like that of the model with planted users, and sets the ε that shows beside the one \
      accounted for; `plot privacy` draws ε against each metric, beside `noisy-item-mean` and `noisy-bias`, which hide \
      users in closed form.
      """,
      """
      `recover` does not train with secret noise again, which would spend its ε once more, unless `recover spend` asks for it; \
      `compress` times lists before and after.
      """,
      "`baseline mf user-features=[…]` draws new users, or items in tasks of items, towards what features let expect.",
      "Packages: a .deb, a wheel and a tarball, and `mrs --version` names the commit.",
      """
      Many machines: `mpirun -np 4 mrs run x.mrs`, or `srun`, spreads training, tuning and judging, to the same bits with \
      any number of ranks.
      """,
      """
      Owners on machines of their own: `load csv "ratings-%r.csv" owners=ranks` reads another file on each rank, and \
      `meta-train … over=federated` trains one model over the users of all; `help federated` says what leaves an owner.
      """,
      """
      `bandit thompson` compares ways of choosing what to show, by replay on logs that chance decided \
      (`load csv "log.csv" shown=random`), and by regret on those that `load impressions` generates.
      """,
      """
      Batches of 72 tasks and more have more partial sums, for as many cores: their trainings differ in the last \
      digits from those of before.
      """,
      """
      Inner rates are shrunk where a user has rated little (`shrinkage=5`): trainings differ from those of \
      before, `shrinkage=0` gives these back. Files of models that know nothing of it are read with 0.
      """,
      "The option `heads` of `model transformer` is `attention-heads`: `heads` now names what a training foretells.",
      "What `split` withholds is in no training, and ratings of training users beyond the sizes of their tasks are.",
    ])
]

extension Release {
  var blocks: [Report.Block] { [.heading("mrs \(version)")] + changes.map { .text("- " + $0) } }
}
