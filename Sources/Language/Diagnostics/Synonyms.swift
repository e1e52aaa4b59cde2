/// What the words of other programs, and of everyday speech, are called here. A meaning is suggested
/// only where it can stand.
private let synonyms: [String: [String]] = [
  "train": ["meta-train"], "fit": ["meta-train", "train"], "learn": ["meta-train"],
  "recommend": ["topk"], "top": ["topk"], "top-k": ["topk"], "predict": ["score", "topk"],
  "read": ["load"], "import": ["load"], "use": ["load", "open"], "partition": ["split"],
  "test": ["evaluate"], "eval": ["evaluate"], "finetune": ["adapt"], "fine-tune": ["adapt"],
  "personalize": ["adapt"], "personalise": ["adapt"], "list": ["who", "show"], "ls": ["who"],
  "print": ["show"], "exit": ["quit"], "bye": ["quit"], "write": ["save"], "store": ["save"],
  "restore": ["open"], "man": ["help"], "info": ["describe", "help"], "summary": ["describe"],
  "assert": ["expect"], "foreach": ["for"], "function": ["def"], "source": ["include"],
  "lr": ["inner-lr", "outer-lr"], "outer-lr": ["lr"], "inner-rate": ["inner-lr"],
  "outer-rate": ["outer-lr", "lr"], "meta-lr": ["outer-lr", "lr"], "alpha": ["inner-lr"],
  "beta": ["outer-lr", "lr"], "learning-rate": ["lr", "inner-lr"], "rate": ["lr", "inner-lr"],
  "batch-size": ["batch"], "meta-batch": ["batch"], "epoch": ["epochs"], "iterations": ["epochs"],
  "inner-steps": ["steps"], "num-steps": ["steps"], "first-order": ["order"],
  "layers": ["hidden"], "units": ["hidden"], "dim": ["embedding"], "dimension": ["embedding"],
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
