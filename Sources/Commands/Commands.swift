import Language

/// Every verb of the language.
package let commands = Catalog<any Command>(
  "command",
  [
    Load.self, Describe.self, Split.self,
    ChooseModel.self, MetaTrain.self, Adapt.self, TopK.self, Trace.self, Open.self,
    Evaluate.self, Compare.self, Significance.self, ABTest.self, Keep.self,
    Save.self,
  ])
