import Glibc

@testable import WeirClassifier

/// The classifier's definition written out in double precision, with loops only.
struct ClassifierOracle {
  let model: RandomClassifier

  struct Answer {
    var intent = ""
    var confidence = 0.0
    var outOfScope = 0.0
    var features: [Double] = []
    var probabilities: [Double] = []
  }

  func classify(_ embedding: [Float]) -> Answer {
    func tensor(_ name: String) -> [Double] { model[name].map { Double($0) } }
    func dense(_ name: String, _ x: [Double]) -> [Double] {
      let (weight, bias) = (tensor(name + ".weight"), tensor(name + ".bias"))
      return bias.indices.map { row in
        var sum = bias[row]
        for column in x.indices { sum += weight[row * x.count + column] * x[column] }
        return sum
      }
    }
    let x = embedding.map { Double($0) }
    let logits = dense("output", dense("hidden", x).map { max($0, 0) })
    let powers = logits.map { exp($0 / Double(model.temperature)) }
    let probabilities = powers.map { $0 / powers.reduce(0, +) }
    let inScope = probabilities.dropLast().sorted(by: >)
    let best = probabilities.firstIndex(of: inScope[0]) ?? 0
    let centres = tensor("centres.weight")
    let cosines = (0..<3).map { row in
      x.indices.reduce(0.0) { $0 + centres[row * x.count + $1] * x[$1] }
    }
    let features = [
      inScope[0], inScope[0] - inScope[1], probabilities[3], log(logits.reduce(0) { $0 + exp($1) }), cosines[best],
      cosines.max() ?? 0,
    ]
    let (mean, scale) = (tensor("confidence.mean"), tensor("confidence.scale"))
    func head(_ name: String) -> Double {
      let weight = tensor(name + ".weight")
      let sum = weight.indices.reduce(tensor(name + ".bias")[0]) {
        $0 + weight[$1] * (features[$1] - mean[$1]) / scale[$1]
      }
      return 1 / (1 + exp(-sum))
    }
    return Answer(
      intent: model.labels[best], confidence: interpolate(head("confidence")), outOfScope: head("gate"),
      features: features, probabilities: probabilities)
  }

  func interpolate(_ raw: Double) -> Double {
    let x = model["calibration.x"].map { Double($0) }
    let y = model["calibration.y"].map { Double($0) }
    if raw <= x[0] { return y[0] }
    for index in 1..<x.count where raw <= x[index] {
      return y[index - 1] + (raw - x[index - 1]) / (x[index] - x[index - 1]) * (y[index] - y[index - 1])
    }
    return y[y.count - 1]
  }
}
