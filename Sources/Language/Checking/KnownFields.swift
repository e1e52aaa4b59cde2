/// The fields of a result before it is computed, as far as they are known: what checking `$r.mae` needs.
package struct KnownFields: Sendable, Equatable {
  /// Shared by the results of all calls that differ in nothing but cutoffs.
  package let listed: [ResultField]
  private let renamings: [Renaming]
  /// For nouns that fields need and that do not exist: what is missing.
  private let lacks: [Noun: Noun]

  /// A field whose name is a metric with another cutoff: `ndcg@10`, where `ndcg@5` is listed.
  struct Renaming: Equatable {
    var listed: String
    var name: String
  }

  /// - Parameter lacks: what the nouns that fields need lack.
  init(_ fields: [ResultField], _ renamings: [Renaming] = [], lacks: [Noun: Noun] = [:]) {
    listed = fields
    self.renamings = renamings
    self.lacks = lacks
  }

  /// The result as a whole.
  var kind: ResultField.Kind { .record(listed) }

  /// The field called `name` among the listed ones of the result or of a record in it.
  func field(_ name: String, among listed: [ResultField]) -> ResultField? {
    var wanted = name
    if let renaming = renamings.first(where: { $0.name == name }) {
      wanted = renaming.listed
    } else if renamings.contains(where: { $0.listed == name }) {
      return nil
    }
    return listed.first { $0.name == wanted }
  }

  /// The names of the result's own fields that will be there.
  package var names: [String] { names(of: listed) }

  /// The names of the listed fields that will be there.
  func names(of listed: [ResultField]) -> [String] {
    listed.filter { lack(of: $0) == nil }.map { field in
      renamings.first { $0.listed == field.name }?.name ?? field.name
    }
  }

  /// The noun that the field needs and that does not exist.
  func lack(of field: ResultField) -> Noun? { field.needs.lazy.compactMap { lacks[$0] }.first }
}
