import Commands
import Datasets
import Evaluation
import Language
import MetaLearning
import Models
import Reports

/// Every catalog of the language; a new one is one line here, and a test tells when it is missing.
let catalogs = [
  ListedCatalog(commands), ListedCatalog(metaLearners), ListedCatalog(baselines),
  ListedCatalog(networks), ListedCatalog(losses), ListedCatalog(optimizers),
  ListedCatalog(metrics), ListedCatalog(datasetFormats), ListedCatalog(saveables),
  ListedCatalog(renderers), ListedCatalog(notebookFormats), ListedCatalog(plots),
  ListedCatalog(views), ListedCatalog(explanations), ListedCatalog(searchStrategies),
  ListedCatalog(questionPolicies),
  ListedCatalog(banditPolicies),
  ListedCatalog(keywords), ListedCatalog(concepts),
]

/// A catalog without the type of its members.
struct ListedCatalog: Sendable {
  /// The protocol its members conform to: `Command`.
  let kind: String
  let members: MemberList
  /// What is wrong with making the member of that name.
  let problemOfMaking: @Sendable (String) -> Problem?

  init<Kind>(_ catalog: Catalog<Kind>) {
    kind = String(describing: Kind.self).replacing("any ", with: "")
    members = catalog.members
    problemOfMaking = { name in
      switch catalog.make(name) {
      case .success: nil
      case .failure(let problem): problem
      }
    }
  }
}
