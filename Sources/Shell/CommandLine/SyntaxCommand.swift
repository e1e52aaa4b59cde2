import ArgumentParser
import Commands
import Language
import LibC
import Reports

/// `mrs syntax vim`
struct SyntaxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "syntax",
    abstract:
      "Write what colours scripts in editors and documents, with all words of the language.",
    discussion: """
      `textmate` is a grammar for VS Code and what else takes TextMate's, `vim` a syntax file for Vim and Neovim, \
      `pygments` a lexer in Python, with which Sphinx and nbconvert colour. `examples/editors` has them as files.
      """)

  @ArgumentParser.Argument(
    help: "For what: textmate, vim or pygments.",
    completion: .list(SyntaxForm.allCases.map(\.rawValue)))
  var form: SyntaxForm

  func run() throws { Terminal.write(SyntaxWords().text(form), to: STDOUT_FILENO) }
}

/// What syntax files are for.
package enum SyntaxForm: String, CaseIterable, Sendable, ExpressibleByArgument {
  case textmate, vim, pygments
}

/// The words of the language, and the files that colour them.
package struct SyntaxWords {
  let keywords = Keyword.allCases.map(\.rawValue).sorted()
  let verbs = commands.types.map { $0.name }.sorted()
  let members: [String]
  let options: [String]

  package init() {
    let groups = TopicGroup.all.dropFirst()
    let verbs = Set(verbs + keywords)
    let plain = ["keywords", "concepts"]
    let names = groups.filter { !plain.contains($0.name) }.flatMap { $0.members.forms.map(\.name) }
    members = Set(names).subtracting(verbs).sorted()
    let forms = groups.flatMap { $0.members.forms } + commands.types.map { $0.form }
    options = Set(
      forms.flatMap { form in
        form.parameters.filter { $0.place == .option }.map(\.name)
      }
    ).sorted()
  }

  package func text(_ form: SyntaxForm) -> String {
    switch form {
    case .textmate: textmate.prettyText + "\n"
    case .vim: vim
    case .pygments: pygments
    }
  }

  // MARK: TextMate

  private func alternatives(_ words: [String]) -> String {
    // Longer words first: `for` is no `format`.
    words.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.joined(separator: "|")
  }

  private var textmate: JSON {
    func rule(_ name: String, _ pattern: String) -> JSON {
      .object(["name": .string(name + ".mrs"), "match": .string(pattern)])
    }
    let word = "(?<![\\w@./:-])"
    let end = "(?![\\w@./:-])"
    let hole = JSON.object([
      "begin": .string("\\{"), "end": .string("\\}"),
      "patterns": .array([.object(["include": .string("$self")])]),
    ])
    return .object([
      "$schema": .string(
        "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json"),
      "name": .string("mrs"), "scopeName": .string("source.mrs"),
      "fileTypes": .array([.string("mrs")]),
      "patterns": .array([
        rule("comment.block.documentation", "##.*$"), rule("comment.line.number-sign", "#.*$"),
        .object([
          "name": .string("string.quoted.double.mrs"), "begin": .string("\""),
          "end": .string("\"|$"),
          "patterns": .array([rule("constant.character.escape", "\\\\."), hole]),
        ]),
        rule("string.quoted.single", "'[^'\\n]*'?"),
        rule("variable.other", "\\$[\\w-]+(\\.[\\w@-]+)*"),
        rule("keyword.control", "\(word)(\(alternatives(keywords)))\(end)"),
        rule("variable.parameter", "\(word)(\(alternatives(options)))(?==)"),
        rule("entity.name.function", "\(word)(\(alternatives(verbs)))\(end)"),
        rule("support.type", "\(word)(\(alternatives(members)))(@\\d+)?\(end)"),
        rule("constant.numeric", "\(word)-?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?(%|\\w+)?\(end)"),
        rule("keyword.operator", "==|!=|<=|>=|~=|\\+/-|±|\\.\\.|[=<>+*/|-]"),
      ]),
    ])
  }

  // MARK: Vim

  private var vim: String {
    func lines(_ group: String, _ words: [String]) -> String {
      var (text, line) = ("", "syntax keyword \(group)")
      for word in words {
        if line.utf8.count + word.utf8.count > 100 {
          text += line + "\n"
          line = "syntax keyword \(group)"
        }
        line += " " + word
      }
      return text + line + "\n"
    }
    return """
      " Syntax of mrs, a language for meta-learning recommendation. Written by `mrs syntax vim`.
      if exists("b:current_syntax")
        finish
      endif
      syntax iskeyword @,48-57,_,-
      \(lines("mrsKeyword", keywords))\(lines("mrsVerb", verbs))\(lines("mrsMember", members))\
      syntax match mrsOption "\\<\\%(\(options.joined(separator: "\\|"))\\)=\\@="
      syntax match mrsNumber "\\<-\\?\\d\\+\\%(\\.\\d\\+\\)\\?\\%(e[+-]\\?\\d\\+\\)\\?%\\?\\>"
      syntax match mrsVariable "\\$[A-Za-z0-9_-]\\+\\%(\\.[A-Za-z0-9_@-]\\+\\)*"
      syntax region mrsHole start="{" end="}" contained contains=mrsVariable,mrsNumber
      syntax match mrsEscape "\\\\." contained
      syntax region mrsText start=+"+ end=+"+ oneline contains=mrsHole,mrsEscape
      syntax region mrsText start=+'+ end=+'+ oneline
      syntax match mrsComment "#.*$"
      syntax match mrsDocumentation "##.*$"
      highlight default link mrsKeyword Keyword
      highlight default link mrsVerb Function
      highlight default link mrsMember Type
      highlight default link mrsOption Identifier
      highlight default link mrsNumber Number
      highlight default link mrsVariable Identifier
      highlight default link mrsText String
      highlight default link mrsEscape SpecialChar
      highlight default link mrsComment Comment
      highlight default link mrsDocumentation SpecialComment
      let b:current_syntax = "mrs"

      """
  }

  // MARK: Pygments

  private var pygments: String {
    func tuple(_ words: [String]) -> String {
      var (text, line) = ("", "   ")
      for word in words {
        if line.utf8.count + word.utf8.count > 96 {
          text += line + "\n"
          line = "   "
        }
        line += " \"\(word)\","
      }
      return "(\n" + text + line + "\n)"
    }
    return """
      \"""A Pygments lexer of mrs, a language for meta-learning recommendation. Written by `mrs syntax pygments`.\"""

      from pygments.lexer import RegexLexer, include, words
      from pygments.token import (Comment, Keyword, Name, Number, Operator, Punctuation, String, Text,
                                  Whitespace)

      KEYWORDS = \(tuple(keywords))
      VERBS = \(tuple(verbs))
      MEMBERS = \(tuple(members))
      OPTIONS = \(tuple(options))
      START, END = r"(?<![\\w@./:-])", r"(?![\\w@./:-])"


      class MrsLexer(RegexLexer):
          name = "mrs"
          url = ""
          aliases = ["mrs"]
          filenames = ["*.mrs"]
          mimetypes = ["text/x-mrs"]
          version_added = ""
          tokens = {
              "root": [
                  (r"\\s+", Whitespace),
                  (r"##.*?$", Comment.Special),
                  (r"#.*?$", Comment.Single),
                  include("values"),
              ],
              "values": [
                  (r'"', String.Double, "text"),
                  (r"'[^'\\n]*'?", String.Single),
                  (r"\\$[\\w-]+(\\.[\\w@-]+)*", Name.Variable),
                  (words(KEYWORDS, prefix=START, suffix=END), Keyword),
                  (words(OPTIONS, prefix=START, suffix=r"(?==)"), Name.Attribute),
                  (words(VERBS, prefix=START, suffix=END), Name.Function),
                  (words(MEMBERS, prefix=START, suffix=r"(@\\d+)?" + END), Name.Class),
                  (START + r"-?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?%?" + END, Number),
                  (r"==|!=|<=|>=|~=|\\+/-|±|\\.\\.|[=<>+*/|-]", Operator),
                  (r"[\\[\\](){},;:\\\\]", Punctuation),
                  (r"[\\w@./:~-]+", Text),
                  (r".", Text),
              ],
              "text": [
                  (r'"', String.Double, "#pop"),
                  (r"\\\\.", String.Escape),
                  (r"\\{", String.Interpol, "hole"),
                  (r"\\n", Whitespace, "#pop"),
                  (r'[^"\\\\{\\n]+', String.Double),
              ],
              "hole": [
                  (r"\\}", String.Interpol, "#pop"),
                  (r"\\n", Whitespace, "#pop"),
                  (r"[ \\t]+", Whitespace),
                  include("values"),
              ],
          }

      """
  }
}
