/// What an evaluation found: figures with their intervals, and the curves and tables behind them.
package struct EvaluationReport: Sendable, Equatable {
  /// What was evaluated.
  package struct Subject: Sendable, Equatable {
    package var name: String
    package var version: String
    /// SHA-256 of the encoder's file, in hexadecimal.
    package var encoder: String
    /// SHA-256 of the classifier's file.
    package var classifier: String
    package var intents: [String]

    package init(name: String, version: String, encoder: String, classifier: String, intents: [String]) {
      self.name = name
      self.version = version
      self.encoder = encoder
      self.classifier = classifier
      self.intents = intents
    }
  }

  /// An intent of the examples that the bundle does not know, counted as out of scope.
  package struct UnknownIntent: Sendable, Equatable {
    package let name: String
    package let rows: Int

    package init(name: String, rows: Int) {
      self.name = name
      self.rows = rows
    }
  }

  package struct FigureLine: Sendable, Equatable {
    package let figure: Figure
    package let value: Double
    package let interval: Interval?
  }

  package struct IntentLine: Sendable, Equatable {
    package let name: String
    package let support: Int
    /// Nil where nothing was named so, or nothing expected it.
    package let precision: Double?
    package let recall: Double?
    package let recallInterval: Interval?
    package let f1: Double?
  }

  /// Rows of one intent that were taken for another; an expected name of `out_of_scope` stands for rows that the gate let
  /// through at the stated rejection.
  package struct Confusion: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
      package let id: String
      package let text: String?
      package let confidence: Double
    }
    package let expected: String
    package let predicted: String
    package let count: Int
    /// Share of the rows that expect `expected`.
    package let share: Double
    /// The most confident ones.
    package let rows: [Row]
  }

  /// The gate at the stated rejection.
  package struct Gate: Sendable, Equatable {
    /// Rows with at least this score are rejected; above 1 where even the highest score rejects too many.
    package let threshold: Double
    package let rejectedInScope: Double
    package let recall: Double
    /// The ROC curve from (0, 0) to (1, 1): in-scope rows rejected against out-of-scope rows rejected.
    package let curve: [CurvePoint]
  }

  package struct CurvePoint: Sendable, Equatable {
    package let x: Double
    package let y: Double
  }

  package struct SelectiveLine: Sendable, Equatable {
    /// 0.95, 0.98 or 0.99.
    package let target: Double
    /// Most coverage at that accuracy, and the threshold on the confidence for it; nil where no threshold reaches it.
    package let coverage: Double?
    package let threshold: Double?
    /// Accuracy where at least that share is covered.
    package let accuracyAtCoverage: Double?
  }

  package struct CalibrationBin: Sendable, Equatable {
    package let low: Double
    package let high: Double
    package let share: Double
    package let confidence: Double
    package let accuracy: Double
  }

  /// Rows by confidence.
  package struct HistogramBin: Sendable, Equatable {
    package var right = 0
    package var wrong = 0
    package var outOfScope = 0
    package var total: Int { right + wrong + outOfScope }
  }

  package let subject: Subject
  package let options: EvaluationOptions
  package let rows: Int
  package let inScope: Int
  package let unknown: [UnknownIntent]
  package let figures: [FigureLine]
  package let gate: Gate?
  package let intents: [IntentLine]
  /// The most frequent first.
  package let confusions: [Confusion]
  package let bins: [CalibrationBin]
  package let binsByMass: [CalibrationBin]
  /// Coverage against risk.
  package let riskCurve: [CurvePoint]
  package let selective: [SelectiveLine]
  /// Twenty bins over 0 to 1.
  package let histogram: [HistogramBin]
  package let encode: LatencyFigures?
  package let classify: LatencyFigures?

  package var outOfScope: Int { rows - inScope }

  package func line(_ figure: Figure) -> FigureLine? { figures.first { $0.figure == figure } }
}
