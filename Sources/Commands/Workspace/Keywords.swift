import Language

/// A keyword of the language, as `help` explains it.
package protocol KeywordPage: Configurable {}

/// The words that no command can have as its name.
package let keywords = Catalog<any KeywordPage>(
  "keyword",
  [
    LetPage.self, Settings.self, ParamPage.self, IfPage.self, ElsePage.self, ForPage.self,
    DefPage.self, IncludePage.self, ExpectPage.self,
  ])

extension Settings: KeywordPage {}

private struct LetPage: KeywordPage {
  static let signature = Signature<Self>(
    "let", "Names a value, or the result of a command.",
    details: """
      `$name` is the value from there on, `$name.field` a part of a result, `$name[2]` the second of a \
      list, and "… {$name} …" puts it into a text. A name may be bound anew; one that is bound in a block \
      ends with it. At the prompt `$_` is the last result, or the value that was shown, and `$_3` that of cell 3.
      """,
    examples: [
      Example("let k = 5; topk $k", "a value"),
      Example("let r = evaluate; show $r.item-mean.mae", "a result"),
      Example("let rates = [0.01, 0.1]; show $rates[2]", "a list"),
      Example("let name = toys; export \"{$name}.csv\"", "in a text, such as the name of a file"),
    ])
}

private struct ParamPage: KeywordPage {
  static let signature = Signature<Self>(
    "param", "Names a value that the command line can give another.",
    details: """
      `mrs run x.mrs lr=0.1` gives `$lr` that value, and the one that is written is used where nothing is \
      given. With `: number`, `: text` or another type no other kind of value is taken.
      """,
    examples: [
      Example("param lr = 0.01"),
      Example("param folder: text = \"data\"", "a text and nothing else"),
    ])
}

private struct IfPage: KeywordPage {
  static let signature = Signature<Self>(
    "if", "Runs a block when a condition holds.",
    details: """
      Conditions compare with == != < <= > >= ~= and `in`, and are joined by `and`, `or`, `not`.
      """,
    examples: [
      Example("let r = evaluate mae; if $r.item-mean.mae < 1 { show } else { describe }")
    ])
}

private struct ElsePage: KeywordPage {
  static let signature = Signature<Self>(
    "else", "The block that runs when the condition of `if` does not hold.",
    details: "It stands behind the closing brace of the first block; `else if` asks once more.",
    examples: [Example("let k = 5; if $k > 10 { describe } else if $k > 1 { show } else { help }")])
}

private struct ForPage: KeywordPage {
  static let signature = Signature<Self>(
    "for", "Runs a block for each of some values.",
    details: """
      The values are a list such as [5, 10], or a range such as 1..5 or 0..1 step 0.25. The name ends with \
      the loop.
      """,
    examples: [
      Example("for k in [5, 10] { topk $k }"),
      Example("for seed in 1..2 { set seed=$seed; split tasks }", "a range"),
    ])
}

private struct DefPage: KeywordPage {
  static let signature = Signature<Self>(
    "def", "Makes a verb of a block.",
    details: """
      Its parameters stand in brackets, some with a value for when nothing is given; the call is written \
      like that of any command. Lines that begin with ## above it are its help. In the block no names are \
      known but its parameters and what it binds itself.
      """,
    examples: [
      Example("def trial(steps, lr=0.01) { meta-train maml steps=$steps lr=$lr epochs=1 }"),
      Example("def best-of(k) { topk $k }; best-of 3", "made and called"),
    ])
}

private struct IncludePage: KeywordPage {
  static let signature = Signature<Self>(
    "include", "Runs another script here.",
    details: """
      Its path is relative to the script that names it. What it makes and binds stays; a script that \
      includes itself is refused before anything runs.
      """,
    examples: [Example("include \"setup.mrs\"")])
}

private struct ExpectPage: KeywordPage {
  static let signature = Signature<Self>(
    "expect", "Stops unless something holds.",
    details: """
      `== 0.3 ± 0.002` and `== 0.3 within 1%` leave room for a difference, and `a > b by 0.01` asks for \
      one. `over users p<0.01` asks for a paired test over the users that both results judged. \
      `expect error E0402 { … }` holds when the block fails so, and undoes what it did. `mrs test` counts \
      each as passed or failed.
      """,
    examples: [
      Example("let r = evaluate mae; expect $r.item-mean.mae < $r.chance.mae"),
      Example("let r = evaluate mae; expect $r.bias.mae < $r.item-mean.mae over users p<0.05"),
      Example("expect 1 / 3 == 0.333 ± 0.001", "with room for rounding"),
      Example("expect error E0402 { topk 5 }", "that something fails"),
    ])
}
