import Language

/// Every verb of the language.
package let commands = Catalog<any Command>(
  "command",
  [
    Load.self, Attach.self, StreamEvents.self, Describe.self, Clean.self, Binarize.self, Weigh.self,
    Split.self,
    Export.self,
    ChooseNetwork.self, ChooseBaseline.self, MetaTrain.self, Search.self, Best.self, Resume.self,
    Interview.self, Adapt.self, Rate.self, TopK.self, Trace.self, Open.self,
    Similar.self, Evaluate.self, Compare.self, Significance.self, ABTest.self, Audit.self,
    Bandit.self,
    Keep.self, Compress.self, Save.self,
    DrawPlot.self, Show.self, Help.self, ShowExamples.self, Explain.self,
    CellHistory.self, Why.self, Undo.self, Redo.self, GoTo.self, Branching.self, Rerun.self,
    Edit.self,
    Publish.self, Recover.self, Pull.self, TakeLesson.self, Quit.self,
  ])
