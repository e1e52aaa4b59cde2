/// What the words of other programs, and of everyday speech, are called here. A meaning is suggested
/// only where it can stand.
package let synonyms: [String: [String]] = [
  "train": ["meta-train"], "fit": ["meta-train", "train"], "learn": ["meta-train"],
  "top": ["topk"], "top-k": ["topk"], "read": ["load"], "use": ["load", "open"],
  "partition": ["split"],
  "test": ["evaluate"], "eval": ["evaluate"], "finetune": ["adapt"], "fine-tune": ["adapt"],
  "personalize": ["adapt"], "personalise": ["adapt"], "write": ["save"],
  "store": ["save"], "restore": ["open"], "info": ["describe", "help"],
  "assert": ["expect"], "foreach": ["for"], "function": ["def"],
  "lr": ["inner-lr"], "outer-lr": ["lr"], "inner-rate": ["inner-lr"],
  "outer-rate": ["lr"], "meta-lr": ["lr"], "alpha": ["inner-lr"],
  "beta": ["lr"], "learning-rate": ["lr", "inner-lr"], "rate": ["lr", "inner-lr"],
  "batch-size": ["batch"], "meta-batch": ["batch"], "epoch": ["epochs"], "iterations": ["epochs"],
  "inner-steps": ["steps"], "num-steps": ["steps"], "first-order": ["order"],
  "decay": ["weight-decay"], "wd": ["weight-decay"], "l2": ["weight-decay", "penalty"],
  "optimizer": ["outer", "inner"], "inner-optimizer": ["inner"], "outer-optimizer": ["outer"],
  "grad-clip": ["clip"], "clip-norm": ["clip"], "max-norm": ["clip"],
  "early-stopping": ["patience"],
  "scheduler": ["schedule"], "second-order": ["order"], "criterion": ["loss"],
  "layers": ["hidden"], "units": ["hidden"], "hidden-size": ["hidden"], "dim": ["embed"],
  "dimension": ["embed"], "embedding": ["embed"], "nonlinearity": ["activation"],
  "shots": ["support"], "k-shot": ["support"], "top-n": ["k"], "random-state": ["seed"],
  "random-seed": ["seed"], "jobs": ["threads"], "workers": ["threads"], "cores": ["threads"],
  "min-ratings": ["min"], "max-ratings": ["max"], "validation": ["valid"],
  "fo-maml": ["fomaml"], "metasgd": ["meta-sgd"], "protonet": ["prototypical"],
  "pop": ["popularity"], "average": ["item-mean"], "mean": ["item-mean"],
  "als": ["mf"], "svd": ["mf"], "knn": ["item-knn"], "accuracy": ["precision", "hit"],
  "map": ["ndcg", "mrr"], "hr": ["hit"], "prec": ["precision"], "rec": ["recall"],
]

/// What a word of another program may mean here, as far as it is among `candidates`.
func meanings(of word: String, among candidates: [String]) -> [String] {
  let asked = String(word.lowercased().map { $0 == "_" ? "-" : $0 })
  return (synonyms[asked] ?? []).filter(candidates.contains)
}

/// What does here what a verb of another program does there.
struct ForeignVerb {
  /// The line that does it, `…` in the place of what stands behind the verb; nil when no line does.
  var line: String?
  /// The line where nothing stands behind the verb, if that is another.
  var bare: String?
  /// How else it is done.
  var help: String?

  init(_ line: String? = nil, bare: String? = nil, help: String? = nil) {
    (self.line, self.bare, self.help) = (line, bare ?? line, help)
  }

  /// The line with what stood behind the verb.
  func line(with rest: String) -> String? {
    rest.isEmpty
      ? bare.map { $0.replacing("…", with: "").trimmed } : line?.replacing("…", with: rest)
  }
}

/// Verbs of other programs and of everyday speech whose meaning is a line rather than another verb.
private let foreignVerbs: [String: ForeignVerb] = {
  var verbs: [String: ForeignVerb] = [
    "recommend": ForeignVerb("adapt …; topk", bare: "topk"),
    "predict": ForeignVerb("adapt …; topk", bare: "topk"),
    "suggest": ForeignVerb("adapt …; topk", bare: "topk"),
    "rate": ForeignVerb("adapt new …", bare: "adapt new", help: "someone new: adapt new 50=4"),
    "columns": ForeignVerb("describe columns"),
    "time": ForeignVerb("…", bare: "history", help: "`history` shows how long each cell took"),
    "run": ForeignVerb("include …", help: "at a shell: mrs run FILE"),
    "source": ForeignVerb("include …"), "exec": ForeignVerb("include …"),
    "version": ForeignVerb(help: "the prompt begins with it, and `mrs --version` says more"),
    "reset": ForeignVerb("goto 0", help: "`goto 0` is the empty session, and `undo` comes back"),
    "restart": ForeignVerb("goto 0", help: "`goto 0` is the empty session, and `undo` comes back"),
  ]
  for (words, verb) in [
    ("exit q stop bye logout end", ForeignVerb("quit")),
    ("who whos ls dir vars state status list", ForeignVerb("show")),
    ("data users items ratings head summary", ForeignVerb("describe")),
    ("print echo", ForeignVerb("show …")), ("man h", ForeignVerb("help …")),
    ("clear cls", ForeignVerb(help: "Ctrl-L clears the screen")),
    ("timeit", ForeignVerb("…", bare: "history", help: "`history` shows how long each cell took")),
    ("pwd cd", ForeignVerb(help: "paths begin where the script lies, or where mrs was started")),
    ("import from pip conda", ForeignVerb(help: "nothing is imported: `help` lists all there is")),
    ("del rm delete remove unset", ForeignVerb(help: "`undo` takes back what the last cell did")),
  ] {
    for word in words.split(separator: " ") { verbs[String(word)] = verb }
  }
  return verbs
}()

/// What a verb of another program is here; nil for others.
func foreignVerb(_ word: String) -> ForeignVerb? { foreignVerbs[word.lowercased()] }

extension String {
  fileprivate var trimmed: String {
    var view = self[...]
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}
