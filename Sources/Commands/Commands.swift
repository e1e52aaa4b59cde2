import Language

/// Every verb of the language.
package let commands = Catalog<any Command>(
  "command",
  [ChooseModel.self, MetaTrain.self, Adapt.self, TopK.self, Evaluate.self])
