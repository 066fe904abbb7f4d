import Foundation
import Testing

/// `weir eval` with the models inside the binary.
@Suite struct EvalTests {
  private let rows = """
    id,text,intent
    a,where is my package?,track_order
    b,please cancel my order,cancel_order
    c,i want my money back,get_refund
    d,what is the capital of peru,out_of_scope
    e,play some jazz,oos
    """

  private func eval(_ arguments: [String]) throws -> WeirProcess.Result {
    try WeirProcess(["eval"] + arguments).run()
  }

  @Test func `a report is written as table, JSON and page`() throws {
    let folder = try TestFolder()
    let file = try folder.write(rows, to: "rows.csv")
    let page = folder.path + "/report.html"
    let table = try eval([file, "--resamples", "100", "--html", page])
    #expect(table.status == 0 && table.errors.isEmpty)
    #expect(table.output.contains("examples  5: 3 in scope, 2 out of scope"))
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("rows.csv") && !html.contains("capital of peru") && !html.contains(folder.path))

    let json = try eval([file, "--json", "--against", bundle, "--jobs", "2"])
    let report = try #require(json.lines.first?["report"] as? [String: Any])
    #expect(report["examples"] as? Int == 5 && report["out_of_scope"] as? Int == 2)
    let against = try #require((json.lines.first?["against"] as? [String: Any])?["figures"] as? [String: Any])
    #expect((against["accuracy"] as? [String: Any])?["difference"] as? Double == 0)
    #expect(try eval([file, "--json", "--limit", "2"]).output.contains("\"examples\":2"))
  }

  /// The folder that the models inside the binary come from.
  private var bundle: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Assets/Models").path
  }

  @Test func `examples of unknown intents are named, and count as out of scope only when that is asked for`() throws {
    let folder = try TestFolder()
    let file = try folder.write(rows + "\nf,cancel it,cancel_ordr\ng,sing,singing\nh,hum,singing\n", to: "rows.csv")
    let refused = try eval([file])
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(refused.errors.contains("3 examples are of intents"))
    #expect(refused.errors.contains("singing (2), cancel_ordr (1)"))
    let counted = try eval([file, "--unknown-as", "out_of_scope", "--resamples", "0"])
    #expect(counted.status == 0 && counted.output.contains("5 out of scope"))
    #expect(counted.output.contains("unknown to the bundle") && counted.output.contains("singing"))
    #expect(try eval([file, "--unknown-as", "greeting"]).status == 64)
  }

  @Test func `what cannot be evaluated is refused by name`() throws {
    let folder = try TestFolder()
    let file = try folder.write("text,intent\na,b,c\n", to: "rows.csv")
    #expect(try eval([file]).errors.contains("rows.csv, line 2: 3 fields found, the header has 2"))
    let sound = try folder.write("text,intent,split\na,get_refund,train\n", to: "sound.csv")
    #expect(try eval([sound, "--split", "test"]).errors.contains("none of the 1 examples is of split test"))
    #expect(try eval([sound, "--bundle", folder.path]).status == 2)
    #expect(try eval([sound, "--config", folder.path + "/none.toml"]).status == 2)
    for arguments in [
      [], [sound, "--limit", "0"], [sound, "--rejected", "100"], [sound, "--resamples", "7"], [sound, "--with-text"],
      [sound, "--jobs", "0"], [sound, "--html", ""], [sound, "--out-of-scope-share", "0"],
    ] { #expect(try eval(arguments).status == 64, "\(arguments)") }
  }
}
