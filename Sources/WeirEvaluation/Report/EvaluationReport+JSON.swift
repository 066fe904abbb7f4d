package import WeirDomain

extension EvaluationReport {
  /// Adds the report to `writer` as one object; shares from 0 to 1, times in nanoseconds.
  package func write(to writer: inout JSONWriter, name: String? = nil) {
    writer.beginObject(name)
    writer.add("bundle", subject.name)
    writer.add("version", subject.version)
    writer.add("encoder_sha256", subject.encoder)
    writer.add("classifier_sha256", subject.classifier)
    writer.add("known_intents", subject.intents.count)
    writer.add("examples", rows)
    writer.add("in_scope", inScope)
    writer.add("out_of_scope", outOfScope)
    writer.beginArray("unknown_intents")
    for intent in unknown {
      writer.beginObject()
      writer.add("intent", intent.name)
      writer.add("examples", intent.rows)
      writer.endObject()
    }
    writer.endArray()
    writer.beginObject("settings")
    writer.add("in_scope_rejection", options.rejection)
    writer.add("bins", options.bins)
    writer.add("resamples", options.resamples)
    writer.add("seed", String(options.seed))
    writer.add("out_of_scope_share", options.outOfScopeShare)
    writer.endObject()
    writer.beginObject("figures")
    for line in figures {
      writer.beginObject(line.figure.rawValue)
      writer.add("value", line.value)
      line.interval?.write(to: &writer, name: "interval_95")
      writer.endObject()
    }
    writer.endObject()
    writeCurves(to: &writer)
    writeTables(to: &writer)
    writer.endObject()
  }

  private func writeCurves(to writer: inout JSONWriter) {
    if let gate {
      writer.beginObject("gate")
      writer.add("threshold", gate.threshold)
      writer.add("in_scope_rejected", gate.rejectedInScope)
      writer.add("out_of_scope_recall", gate.recall)
      write(gate.curve, "roc", to: &writer)
      writer.endObject()
    }
    writer.beginArray("selective")
    for line in selective {
      writer.beginObject()
      writer.add("target", line.target)
      writer.add("coverage_at_accuracy", line.coverage)
      writer.add("threshold", line.threshold)
      writer.add("accuracy_at_coverage", line.accuracyAtCoverage)
      writer.endObject()
    }
    writer.endArray()
    write(riskCurve, "risk_coverage", to: &writer)
    for (name, bins) in [("reliability", bins), ("reliability_equal_mass", binsByMass)] {
      writer.beginArray(name)
      for bin in bins {
        writer.beginObject()
        writer.add("low", bin.low)
        writer.add("high", bin.high)
        writer.add("share", bin.share)
        writer.add("confidence", bin.confidence)
        writer.add("accuracy", bin.accuracy)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.beginArray("histogram")
    for bin in histogram {
      writer.beginObject()
      writer.add("right", bin.right)
      writer.add("wrong", bin.wrong)
      writer.add("out_of_scope", bin.outOfScope)
      writer.endObject()
    }
    writer.endArray()
    writer.beginObject("nanoseconds")
    for (name, figures) in [("encode", encode), ("classify", classify)] {
      guard let figures else { continue }
      writer.beginObject(name)
      writer.add("p50", figures.median)
      writer.add("p95", figures.p95)
      writer.add("p99", figures.p99)
      writer.endObject()
    }
    writer.endObject()
  }

  private func write(_ curve: [CurvePoint], _ name: String, to writer: inout JSONWriter) {
    writer.beginArray(name)
    for point in curve {
      writer.beginArray()
      writer.add(nil, point.x)
      writer.add(nil, point.y)
      writer.endArray()
    }
    writer.endArray()
  }

  private func writeTables(to writer: inout JSONWriter) {
    writer.beginArray("intents")
    for line in intents {
      writer.beginObject()
      writer.add("intent", line.name)
      writer.add("support", line.support)
      writer.add("precision", line.precision)
      writer.add("recall", line.recall)
      line.recallInterval?.write(to: &writer, name: "recall_interval_95")
      writer.add("f1", line.f1)
      writer.endObject()
    }
    writer.endArray()
    writer.beginArray("confusions")
    for confusion in confusions {
      writer.beginObject()
      writer.add("expected", confusion.expected)
      writer.add("predicted", confusion.predicted)
      writer.add("count", confusion.count)
      writer.add("share", confusion.share)
      writer.beginArray("examples")
      for row in confusion.rows {
        writer.beginObject()
        writer.add("id", row.id)
        writer.add("confidence", row.confidence)
        if let text = row.text { writer.add("text", text) }
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
  }
}

extension Interval {
  func write(to writer: inout JSONWriter, name: String) {
    writer.beginArray(name)
    writer.add(nil, low)
    writer.add(nil, high)
    writer.endArray()
  }
}

extension PairedComparison {
  /// Adds the comparison to `writer` as one object; differences are first minus second.
  package func write(to writer: inout JSONWriter, name: String? = nil) {
    writer.beginObject(name)
    for line in lines {
      guard let difference = line.difference else { continue }
      writer.beginObject(line.figure.rawValue)
      writer.add("first", line.first)
      writer.add("second", line.second)
      writer.add("difference", difference)
      line.interval?.write(to: &writer, name: "interval_95")
      writer.add("p", line.pValue)
      writer.endObject()
    }
    writer.add("only_first_right", onlyFirstRight)
    writer.add("only_second_right", onlySecondRight)
    writer.endObject()
  }
}
