internal import WeirConfiguration
internal import WeirDomain
internal import WeirEntities
internal import WeirRouting

extension AnswerTemplates {
  /// The operator's answers, read strictly: each must have an intent that exists and slots that something can fill.
  static func assembled(_ templates: Configuration.Templates, intents: [String]) throws -> AnswerTemplates {
    let loaded = try templates.loaded()
    let known = Set(loaded.values.keys.map { SlotText.key($0) }).union(SlotValues.entitySlots)
    var answers: [Answer] = []
    for template in loaded.answers {
      func refuse(_ problem: String) -> StartFailure {
        .badTemplate(place: template.origin.place, id: template.id, problem: problem)
      }
      guard intents.contains(template.intent) else {
        let nearest = Spelling.nearest(to: template.intent, among: intents)
        let advice =
          nearest.map { "did you mean \($0)?" } ?? "the classifier knows \(intents.sorted().joined(separator: ", "))"
        throw refuse("there is no intent \"\(template.intent.prefix(64))\": \(advice)")
      }
      let text: SlotText
      do throws(SlotText.Problem) {
        text = try SlotText(strict: template.text)
      } catch {
        throw refuse("line \(error.line) of its text has \(error.text)")
      }
      let needed = template.requires + (template.keepsOpenSlots ? [] : text.slots)
      if let slot = needed.first(where: { !known.contains(SlotText.key($0)) }) {
        throw refuse(
          "nothing fills the slot {{\(slot)}}; give it a value under [templates.values], or write open_slots = \"keep\""
        )
      }
      answers.append(
        Answer(
          id: template.id, intent: template.intent, text: text, requires: template.requires,
          keepsOpenSlots: template.keepsOpenSlots))
    }
    return AnswerTemplates(answers, constants: loaded.values)
  }
}
