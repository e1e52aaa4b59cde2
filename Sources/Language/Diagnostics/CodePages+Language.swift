/// E01: the form of a script.
let formPages = [
  CodePage(
    "E0101", "a character that has no meaning",
    "Only letters, digits and the marks of the language can stand outside of texts. Curly quotes and "
      + "long dashes come from programs that beautify text; files must be UTF-8.",
    wrong: "load csv “ratings.csv”", right: "load csv \"ratings.csv\""),
  CodePage(
    "E0102", "something stands where it cannot",
    "A statement is a verb with its values and options, on one line. `;` separates statements.",
    wrong: "let x = 3 + ", right: "let x = 3 + 4"),
  CodePage(
    "E0103", "a bracket, block or text is not closed",
    "Every `(`, `[`, `{` and quote needs its partner; quotes on the same line.",
    wrong: "let ks = [5, 10", right: "let ks = [5, 10]"),
  CodePage(
    "E0104", "an unknown escape in a text",
    "In double quotes `\\n`, `\\t`, `\\\\`, `\\\"`, `\\{` and `\\}` have a meaning. In single quotes "
      + "nothing has.",
    wrong: "load csv \"data\\ratings.csv\"", right: "load csv 'data\\ratings.csv'"),
  CodePage(
    "E0105", "an option is not written name=value",
    "Options are written without spaces around `=` and without dashes, so that a script reads the same "
      + "to everyone.",
    wrong: "load; split query = 10", right: "load; split query=10"),
  CodePage(
    "E0106", "a space is missing or too many",
    "`a-b` is one word, `a - b` subtracts: operators need spaces. Values of a call are separated by "
      + "spaces.",
    wrong: "let x = 3+ 4", right: "let x = 3 + 4"),
  CodePage(
    "E0107", "something contains itself",
    "Files cannot include each other in a circle, and a procedure cannot call itself: the number of "
      + "steps of a script is always known before it runs.",
    wrong: "def again() { again }", right: "for i in 1..3 { load }"),
  CodePage(
    "E0108", "nested too deeply",
    "Brackets and blocks may nest a hundred levels deep, and thirty-two files may include one another in "
      + "a row."),
  CodePage("E0109", "the source is too long", "A script has at most 16 MB."),
  CodePage(
    "E0110", "a part of a statement is missing",
    "Each keyword has its form: `let name = value`, `for name in values { … }`, `expect condition`.",
    wrong: "let = 5", right: "let x = 5"),
  CodePage(
    "E0111", "another version of the language",
    "A script says with `mrs 1` which version it is written in.", wrong: "mrs 9", right: "mrs 1"),
]

/// E02: names.
let namePages = [
  CodePage(
    "E0201", "an unknown verb",
    "The first word of a statement is a verb, a keyword, or a procedure made with `def` above. No "
      + "abbreviations, no programs of the system.",
    wrong: "laod data", right: "load data"),
  CodePage(
    "E0202", "an unknown member",
    "Algorithms, metrics, formats and types are named; `help` lists them.",
    wrong: "load; split; meta-train mamml", right: "load; split; meta-train maml"),
  CodePage(
    "E0203", "an unknown option", "`help` with the verb lists its options.",
    wrong: "load; split qery=10", right: "load; split query=10"),
  CodePage(
    "E0204", "an unknown field",
    "A result has named fields; which ones, its command says. The message lists them.",
    wrong: "load; split; meta-train\nlet r = evaluate ndcg@10\nexpect $r.ndcg10 > 0",
    right: "load; split; meta-train\nlet r = evaluate ndcg@10\nexpect $r.ndcg@10 > 0"),
  CodePage(
    "E0205", "an argument is missing or given twice", "Each parameter takes one value.",
    wrong: "load; split query=5 query=10", right: "load; split query=10"),
  CodePage(
    "E0206", "a value too many",
    "The verb has taken all values it can take; options need their name.",
    wrong: "load; split; meta-train; adapt 42; topk 5 6",
    right: "load; split; meta-train; adapt 42; topk 5"),
  CodePage(
    "E0207", "an unknown variable",
    "`let`, `param`, `for` and the parameters of a `def` bind names. Names bound in a block end with it.",
    wrong: "let x = $y + 1", right: "let y = 1\nlet x = $y + 1"),
  CodePage(
    "E0208", "a command that takes no input", "Behind `|` stands a command that takes a result.",
    wrong: "load | split", right: "load; split"),
  CodePage(
    "E0209", "a name that is taken",
    "A word has one meaning: a procedure cannot be named like a verb.",
    wrong: "def load() { split }", right: "def prepare() { load; split }"),
]

/// E03: values.
let valuePages = [
  CodePage(
    "E0301", "a value of another kind", "The message says which kind the option takes.",
    wrong: "load; split; meta-train maml steps=five", right: "load; split; meta-train maml steps=5"),
  CodePage(
    "E0302", "a value out of range", "The message names the range.",
    wrong: "load; split; meta-train maml order=3", right: "load; split; meta-train maml order=2"),
  CodePage(
    "E0303", "an unknown named value",
    "The option takes one of a few words, which the message lists.",
    wrong: "load; split by=usr", right: "load; split by=user"),
  CodePage(
    "E0305", "an option of another algorithm",
    "Options belong to algorithms. One that has no meaning for the chosen algorithm is refused: it would "
      + "be ignored silently, and the report would claim it was used.",
    wrong: "load; split; meta-train reptile order=1", right: "load; split; meta-train maml order=1"),
  CodePage(
    "E0306", "values that do not go together",
    "Arithmetic and comparisons need numbers of the same unit, conditions need yes or no.",
    wrong: "let x = 5 + warm", right: "let x = 5 + 1"),
  CodePage("E0307", "a division by zero", "", wrong: "let x = 1 / 0", right: "let x = 1 / 2"),
]

/// E04: the order of steps.
let orderPages = [
  CodePage(
    "E0401", "no data yet",
    "Everything begins with `load`; without a file it opens a small sample.",
    wrong: "split tasks", right: "load data\nsplit tasks"),
  CodePage(
    "E0402", "a step is missing",
    "A command needs what earlier ones make: load → split → meta-train → adapt. The whole script is "
      + "looked at before its first line runs.",
    wrong: "load data\nsplit tasks\nadapt 42",
    right: "load data\nsplit tasks\nmeta-train maml\nadapt 42"),
  CodePage(
    "E0403", "a step that may be missing",
    "What only one branch of an `if` makes may not be there after.",
    wrong: "load data\nlet n = 3\nif $n > 2 { split tasks }\nmeta-train maml",
    right: "load data\nsplit tasks\nmeta-train maml"),
  CodePage(
    "E0404", "something stale",
    "A model belongs to the split it was trained on. After a new split its training users may be among "
      + "the test users, and its numbers would be too good: a leak. The same holds for a user adapted "
      + "to an older model.",
    wrong: "load\nsplit\nmeta-train maml\nsplit by=time\nevaluate",
    right: "load\nsplit by=time\nmeta-train maml\nevaluate"),
  CodePage(
    "E0412", "a step without a meaning for these data",
    "Interactions, such as clicks, have no scale: nothing can come near to a rating, and no error of a "
      + "rating can be measured. They are learnt against items that were not taken, and judged by "
      + "where those stand that were.",
    wrong: "load data\nbinarize keep=likes\nsplit tasks query=3 min=5\nevaluate mae",
    right: "load data\nbinarize keep=likes\nsplit tasks query=3 min=5\nevaluate ndcg@10"),
  CodePage(
    "E0405", "a result that nothing reads",
    "A name is bound to a result and then to another one, and nothing has read the first: either it was "
      + "for nothing, or two names were meant.",
    wrong: "load; split; meta-train\nlet r = evaluate mrr\nlet r = evaluate ndcg@10\n"
      + "expect $r.users > 0",
    right: "load; split; meta-train\nlet a = evaluate mrr\nlet b = evaluate ndcg@10\n"
      + "expect $a.users == $b.users"),
]
