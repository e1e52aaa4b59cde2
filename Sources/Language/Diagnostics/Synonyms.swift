/// What the words of other programs, and of everyday speech, are called here. A meaning is suggested
/// only where it can stand.
package let synonyms: [String: [String]] = [
  "train": ["meta-train"], "fit": ["meta-train", "train"], "learn": ["meta-train"],
  "recommend": ["topk"], "top": ["topk"], "top-k": ["topk"], "predict": ["explain", "topk"],
  "read": ["load"], "import": ["load"], "use": ["load", "open"], "partition": ["split"],
  "test": ["evaluate"], "eval": ["evaluate"], "finetune": ["adapt"], "fine-tune": ["adapt"],
  "personalize": ["adapt"], "personalise": ["adapt"], "list": ["show"], "ls": ["show"],
  "print": ["show"], "exit": ["quit"], "bye": ["quit"], "write": ["save"], "store": ["save"],
  "restore": ["open"], "man": ["help"], "info": ["describe", "help"], "summary": ["describe"],
  "assert": ["expect"], "foreach": ["for"], "function": ["def"], "source": ["include"],
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
