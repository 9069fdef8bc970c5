import AuthenticatorCore
import Foundation
import Testing

private let repository = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized

/// Every `*.json` in tests/scenarios, by its name.
private func files() throws -> [(name: String, bytes: Data, json: JSON)] {
    let folder = repository.appendingPathComponent("tests/scenarios")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    return try names.sorted().map { name in
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
        return (name, bytes, try JSON(bytes))
    }
}

/// FNV-1a of names and contents, as `xtask` has it.
private func mark(_ files: [(name: String, bytes: Data, json: JSON)]) -> String {
    var mark: UInt64 = 0xcbf2_9ce4_8422_2325
    for file in files {
        for part in [Data(file.name.utf8), file.bytes] {
            for byte in part + Data([0]) { mark = (mark ^ UInt64(byte)) &* 0x0100_0000_01b3 }
        }
    }
    let digits = String(mark, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

@Test func everyFileHolds() throws {
    let files = try files()
    var steps = 0
    for (name, _, json) in files {
        do {
            steps += try Scenario(json).replay()
        } catch {
            Issue.record("\(name), \(error)")
        }
    }
    #expect(!files.isEmpty)
    let ran = "\(files.count) scenarios with \(steps) steps, \(mark(files))"
    print(ran)
    // For the comparison with other languages.
    let told = repository.appendingPathComponent("target/scenarios")
    try FileManager.default.createDirectory(at: told, withIntermediateDirectories: true)
    try Data(ran.utf8).write(to: told.appendingPathComponent("swift"))
}

/// Each leaf of what a file expects is changed, one at a time.
@Test func everyChangeIsNoticed() throws {
    let (_, _, json) = try #require(try files().first)
    var changes = 0
    for (number, step) in try json.required("steps").list().enumerated() {
        for name in ["effects", "screen"] {
            for changed in step[name]?.changed() ?? [] {
                let scenario = try Scenario(json.with(step: number, name: name, changed))
                #expect(throws: Malformed.self, "step \(number): \(changed)") { try scenario.replay() }
                changes += 1
            }
        }
    }
    #expect(changes > 50)
}

@Test func aMemberThatNobodyKnowsIsNoticed() throws {
    let launched = try JSON(Data(#"{"kind": "launched", "more": 1}"#.utf8))
    #expect(throws: Malformed.self) { try Event(launched) }
    #expect(throws: Malformed.self) { try Event(JSON(Data(#"{"kind": "landed"}"#.utf8))) }
}

@Test func textsAreComparedByteForByte() {
    #expect("\u{e9}" == "e\u{301}")
    #expect(JSON.text("\u{e9}") != JSON.text("e\u{301}"))
}

@Test func aDifferenceNamesItsPlace() throws {
    func read(_ text: String) throws -> JSON { try JSON(Data(text.utf8)) }
    let one = try read(#"{"a": [1, {"b": 2}], "c": null}"#)
    #expect(difference("", expected: one, actual: one) == nil)
    for (other, says) in [
        (#"{"a": [1, {"b": 3}], "c": null}"#, ".a[1].b\n  expected 2\n  but it is 3"),
        (#"{"a": [1], "c": null}"#, ".a[1] is missing: {\"b\":2}"),
        (#"{"a": [1, {"b": 2}, 4], "c": null}"#, ".a[2] is too much: 4"),
        (#"{"a": [1, {"b": 2}], "d": 1}"#, ".d\n  expected null\n  but it is 1"),
    ] {
        #expect(difference("", expected: one, actual: try read(other)) == says)
    }
}

extension JSON {
    /// This value with one leaf changed, for every leaf, and every list with its last item gone.
    fileprivate func changed() -> [JSON] {
        switch self {
        case .null: [.number(1)]
        case .bool(let flag): [.bool(!flag)]
        case .number(let number): [.number(number + 1)]
        case .text(let text): [.text(text + "x")]
        case .list(let items):
            items.indices.flatMap { index in
                items[index].changed().map { item in
                    .list(items.enumerated().map { $0.offset == index ? item : $0.element })
                }
            } + (items.isEmpty ? [.list([.null])] : [.list(items.dropLast())])
        case .object(let members):
            members.flatMap { name, value in
                value.changed().map { .object(members.merging([name: $0]) { _, new in new }) }
            }
        }
    }

    fileprivate func with(step number: Int, name: String, _ value: JSON) throws -> JSON {
        guard case .object(var members) = self, case .object(var step) = try required("steps").list()[number] else {
            throw Malformed(description: "not a scenario")
        }
        var steps = try required("steps").list()
        step[name] = value
        steps[number] = .object(step)
        members["steps"] = .list(steps)
        return .object(members)
    }
}
