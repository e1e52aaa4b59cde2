"""A Pygments lexer of mrs, a language for meta-learning recommendation. Written by `mrs syntax pygments`."""

from pygments.lexer import RegexLexer, include, words
from pygments.token import (Comment, Keyword, Name, Number, Operator, Punctuation, String, Text,
                            Whitespace)

KEYWORDS = (
    "def", "else", "expect", "for", "if", "include", "let", "param", "set",
)
VERBS = (
    "abtest", "adapt", "attach", "audit", "bandit", "baseline", "best", "binarize", "branch",
    "clean", "compare", "compress", "describe", "edit", "evaluate", "examples", "explain", "export",
    "goto", "help", "history", "interview", "keep", "lesson", "load", "meta-train", "model", "open",
    "plot", "publish", "pull", "quit", "rate", "recover", "redo", "rerun", "resume", "save",
    "search", "show", "significance", "similar", "split", "stream", "topk", "trace", "undo",
    "weigh", "why",
)
MEMBERS = (
    "adam", "adamw", "adaptation", "als", "amazon", "anil", "attention", "auc", "bayes-mf", "bce",
    "bias", "book-crossing", "bpr", "calibration", "capped-recall", "ce", "code", "content",
    "content-bias", "coverage", "csv", "data", "distill", "diversity", "drift", "ease", "embedding",
    "episodic-ease", "episodic-ridge", "f1", "factor", "federated", "file", "fomaml", "friends",
    "graph", "grid", "heat", "hit", "html", "hybrid", "impressions", "ipynb", "item", "item-knn",
    "item-mean", "json", "jsonl", "latex", "log-loss", "loss", "machine", "mae", "maml", "map",
    "markdown", "matching", "md", "melu", "memory", "meta-sgd", "mf", "mixture", "ml-100k", "ml-1m",
    "mlp", "movielens", "mrr", "mse", "ndcg", "neural-process", "noisy-bias", "noisy-item-mean",
    "novelty", "ordinal", "per-user", "plain", "pooled-auc", "pooled-f1", "popularity", "precision",
    "prequential", "pretrain", "privacy", "prompt", "prototypical", "random", "rates", "recall",
    "recbole", "relation", "report", "reptile", "ridge", "rmse", "rounded-mae", "rules", "session",
    "sgd", "softmax", "successive-halving", "svd", "svg", "sweep", "synthetic", "terminal", "tex",
    "transformer", "user", "user-knn", "value",
)
OPTIONS = (
    "accountant", "activation", "adapt", "adversary", "against", "alignment", "alpha", "as", "at",
    "attention-heads", "batch", "beside", "beta1", "beta2", "between", "bias-shrinkage", "bold",
    "buckets", "by", "canaries", "candidates", "categories", "category", "checkpoint",
    "choice-penalty", "clients", "clip", "cold", "colour", "columns", "conditions", "content-l2",
    "context", "count", "counts", "credits", "cutoff", "dates", "decimal", "dedupe", "delta",
    "descending", "domain-embedding", "draw", "drift", "drop-out", "dropout", "embed",
    "embed-decay", "epochs", "epsilon", "errors", "eta", "factors", "feature", "feature-l2",
    "feature-penalty", "features", "file", "fold", "folds", "for", "format", "friends", "from",
    "gain", "gap", "groups", "head-weights", "heads", "hidden", "hide-domains", "hide-items",
    "holdout", "id", "ids", "implicit", "impressions", "inner", "inner-lr", "intercept-ridge",
    "item", "items", "iterations", "k", "k-core", "keep", "kernel", "l2", "labels", "last", "late",
    "layers", "level", "likes", "linear-decay", "local-lr", "local-steps", "loss", "lr", "max",
    "meta", "min", "missing", "model", "modules", "n", "negatives", "neighbors", "new", "new-items",
    "new-penalty", "noise", "noise-multiplier", "noise-penalty", "noise-source", "of", "order",
    "others", "outer", "outliers", "over", "owners", "part", "passes", "patience", "penalty",
    "people", "per", "per-round", "policy", "pooled", "popularity-power", "positives", "power",
    "prior", "privacy", "protocol", "prune", "public", "query", "questions", "rank", "rate",
    "rating", "ratings", "recency", "refits", "resample", "rescale", "resplit", "ridge", "rounded",
    "runs", "sample", "sampling", "scale", "schedule", "secure-aggregation", "seed", "seeds",
    "seen", "sep", "shadows", "shape", "share", "shots", "shown", "shrinkage", "slope", "slots",
    "softness", "stars", "start", "starts", "steps", "stop-after", "stragglers", "support",
    "sweeps", "target-loss", "teacher", "test", "threads", "threshold", "time", "together",
    "tokens", "top", "train", "trainings", "unpack", "until", "user", "user-clip", "user-features",
    "user-penalty", "user-shrinkage", "users", "valid", "values", "vocabulary", "weight",
    "weight-decay", "weights", "where", "wide", "width", "window", "with", "words",
)
START, END = r"(?<![\w@./:-])", r"(?![\w@./:-])"


class MrsLexer(RegexLexer):
    name = "mrs"
    url = ""
    aliases = ["mrs"]
    filenames = ["*.mrs"]
    mimetypes = ["text/x-mrs"]
    version_added = ""
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"##.*?$", Comment.Special),
            (r"#.*?$", Comment.Single),
            include("values"),
        ],
        "values": [
            (r'"', String.Double, "text"),
            (r"'[^'\n]*'?", String.Single),
            (r"\$[\w-]+(\.[\w@-]+)*", Name.Variable),
            (words(KEYWORDS, prefix=START, suffix=END), Keyword),
            (words(OPTIONS, prefix=START, suffix=r"(?==)"), Name.Attribute),
            (words(VERBS, prefix=START, suffix=END), Name.Function),
            (words(MEMBERS, prefix=START, suffix=r"(@\d+)?" + END), Name.Class),
            (START + r"-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?%?" + END, Number),
            (r"==|!=|<=|>=|~=|\+/-|±|\.\.|[=<>+*/|-]", Operator),
            (r"[\[\](){},;:\\]", Punctuation),
            (r"[\w@./:~-]+", Text),
            (r".", Text),
        ],
        "text": [
            (r'"', String.Double, "#pop"),
            (r"\\.", String.Escape),
            (r"\{", String.Interpol, "hole"),
            (r"\n", Whitespace, "#pop"),
            (r'[^"\\{\n]+', String.Double),
        ],
        "hole": [
            (r"\}", String.Interpol, "#pop"),
            (r"\n", Whitespace, "#pop"),
            (r"[ \t]+", Whitespace),
            include("values"),
        ],
    }
