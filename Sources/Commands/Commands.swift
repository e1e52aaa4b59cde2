import Language

/// Every verb of the language.
package let commands = Catalog<any Command>(
  "command",
  [Evaluate.self])
