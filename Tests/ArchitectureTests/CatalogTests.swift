import Commands
import Language
import Testing

/// What help, completion, checking and documentation rely on in every catalog.
@Suite struct CatalogTests {
  @Test func everyCatalogOfTheSourcesIsTestedHere() {
    let declared = SourceTree.sources.flatMap { file in
      file.code.matches(of: #/=\s*Catalog<any (\w+)>\(/#).map { String($0.1) }
    }
    #expect(Set(declared) == Set(catalogs.map(\.kind)))
  }

  @Test func everyTypeOfAKindIsListedInItsCatalog() {
    for catalog in catalogs {
      let listed = Set(catalog.members.types.map { String(describing: $0) })
      let written = Conformances.names(of: catalog.kind)
      #expect(written.subtracting(listed).isEmpty, "forgotten in the catalog of \(catalog.kind)")
    }
  }

  @Test func everyMemberCanBeMadeByItsNameAndNoNameIsTaken() {
    for catalog in catalogs {
      let names = catalog.members.names
      #expect(Set(names).count == names.count, "two members of \(catalog.kind) share a name")
      for name in names {
        #expect(catalog.problemOfMaking(name) == nil, "\(catalog.kind) \(name)")
      }
    }
  }

  @Test func wordsOfOtherProgramsMeanSomethingThatExists() {
    let known = Set(
      (forms + [Settings.form]).flatMap { [$0.name] + $0.parameters.map(\.name) }
        + Keyword.allCases.map(\.rawValue))
    for (word, meanings) in synonyms {
      for meaning in meanings { #expect(known.contains(meaning), "`\(word)` is no `\(meaning)`") }
    }
  }

  /// The checker asks the bounds alone of most numbers: they must say what reading the number says.
  @Test func boundsAcceptTheNumbersThatAreAccepted() {
    let values = [-1e300, -1, -0.5, 0, 1e-9, 0.5, 0.999, 1, 1.5, 2, 10, 101, 1e6, 1e7, 1e19, 1e300]
    let units: [Number.Unit?] = [nil, .percent, .seconds, .bytes]
    var bounded = 0
    for type in catalogs.flatMap(\.members.types) + [Settings.self] {
      for parameter in type.form.parameters where parameter.place == .option {
        guard let numbers = parameter.numbers else { continue }
        bounded += 1
        for value in values {
          for unit in units {
            var root: any Configurable = type.init()
            let number = Value.number(Number(value, unit: unit))
            let problem = set(option: parameter.name, to: number, of: &root)
            #expect(
              numbers.contains(value, unit: unit) == (problem == nil),
              "\(type.form.name) \(parameter.name)=\(value) \(unit.map { "\($0)" } ?? "")")
          }
        }
      }
    }
    #expect(bounded > 50)
  }

  @Test func summariesAreOneSentence() {
    for form in forms {
      let summary = form.summary
      #expect(summary.first?.isUppercase == true && summary.hasSuffix("."), "\(form.name)")
      #expect(!summary.dropLast().contains(". "), "\(form.name)")
    }
  }

  @Test func everyParameterSaysWhatItIs() {
    for form in forms {
      for parameter in form.parameters {
        #expect(!parameter.summary.isEmpty, "\(form.name) \(parameter.name)")
        #expect(!parameter.expectation.isEmpty, "\(form.name) \(parameter.name)")
      }
    }
  }

  @Test func namesAreWrittenInKebabCase() {
    for form in forms {
      for name in [form.name] + form.parameters.map(\.name) {
        #expect(name.wholeMatch(of: #/[a-z][a-z0-9]*(-[a-z0-9]+)*/#) != nil, "\(form.name) \(name)")
      }
    }
  }

  /// `meta-train maml epochs=3` gives `epochs` to whoever declares it; two owners would be a riddle.
  @Test func noChoiceRepeatsAnOptionOfItsOwner() {
    for form in forms {
      let own = Set(form.parameters.map(\.name))
      let choices = form.parameters.filter { $0.place != .rest }
      for member in choices.flatMap({ $0.members?.forms ?? [] }) {
        let repeated = own.intersection(member.parameters.map(\.name))
        #expect(repeated.isEmpty, "\(member.name) repeats options of \(form.name)")
      }
    }
  }

  @Test func everyCommandShowsAnExampleOfItself() {
    for form in commandForms {
      #expect(!form.examples.isEmpty, "\(form.name)")
      for example in form.examples {
        #expect(example.line.contains(form.name), "\(form.name): \(example.line)")
      }
    }
  }
}

/// The forms of all members of all catalogs.
var forms: [Form] { catalogs.flatMap(\.members.forms) }

/// The forms of all commands.
var commandForms: [Form] { catalogs.filter { $0.kind == "Command" }.flatMap(\.members.forms) }

/// Which types the sources declare to conform to which protocols.
private enum Conformances {
  /// `(MAML, MetaLearner)` for every name before and after the colon of a declaration.
  static let all: [(isProtocol: Bool, type: String, parents: [String])] =
    // The library wraps commands of a host, which are in no catalog before it adds them.
    SourceTree.sources.filter { !$0.target.hasPrefix("MetaRec") }.flatMap { file in
      file.code.matches(
        of: #/\b(struct|enum|class|actor|extension|protocol)\s+(\w+)(?:<[^{>]*>)?\s*:\s*([^{]+)\{/#
      ).map { match in
        let parents = match.3.split(separator: #/\bwhere\b/#)[0]
        return (
          match.1 == "protocol", String(match.2),
          parents.matches(of: #/\w+/#).map { String($0.0) }
        )
      }
    }

  /// The types that conform to a protocol or to one that refines it.
  static func names(of kind: String) -> Set<String> {
    let children = all.filter { $0.parents.contains(kind) }
    let refined = children.filter(\.isProtocol).map { names(of: $0.type) }
    return refined.reduce(Set(children.filter { !$0.isProtocol }.map(\.type))) { $0.union($1) }
  }
}
