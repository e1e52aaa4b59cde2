/// A host on which no training with secret noise runs, unless that may spend.
final class ThriftyHost: ForwardingHost {
  let host: any Host
  let maySpend: Bool

  init(_ host: any Host, maySpend: Bool) { (self.host, self.maySpend) = (host, maySpend) }
}
