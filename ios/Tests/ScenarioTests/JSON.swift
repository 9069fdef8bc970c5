import Foundation

/// A JSON value as it occurs in scenarios: every number there is a whole one.
enum JSON: Decodable {
    case null, bool(Bool), number(UInt64), text(String), list([JSON]), object([String: JSON])

    init(_ bytes: Data) throws {
        self = try JSONDecoder().decode(JSON.self, from: bytes)
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let members = try? value.decode([String: JSON].self) {
            self = .object(members)
        } else if let items = try? value.decode([JSON].self) {
            self = .list(items)
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else {
            self = .number(try value.decode(UInt64.self))
        }
    }

    subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }
}

extension JSON: Equatable {
    /// Texts are equal when their bytes are. To Swift "é" in one and in two code points is the same.
    static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
        case (.list(let one), .list(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension JSON: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): text.debugDescription
        case .list(let items): "[" + items.map(\.description).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.keys.sorted().map { "\"\($0)\":\(members[$0]!)" }.joined(separator: ",") + "}"
        }
    }
}

/// The first difference, with its path; `nil` when the two are equal.
func difference(_ path: String, expected: JSON, actual: JSON) -> String? {
    switch (expected, actual) {
    case (.object(let one), .object(let other)):
        for name in Set(one.keys).union(other.keys).sorted() {
            let (one, other) = (one[name] ?? .null, other[name] ?? .null)
            if let found = difference("\(path).\(name)", expected: one, actual: other) { return found }
        }
        return nil
    case (.list(let one), .list(let other)):
        for (index, pair) in zip(one, other).enumerated() {
            if let found = difference("\(path)[\(index)]", expected: pair.0, actual: pair.1) { return found }
        }
        let shorter = min(one.count, other.count)
        if one.count > shorter { return "\(path)[\(shorter)] is missing: \(one[shorter])" }
        if other.count > shorter { return "\(path)[\(shorter)] is too much: \(other[shorter])" }
        return nil
    default:
        return expected == actual ? nil : "\(path)\n  expected \(expected)\n  but it is \(actual)"
    }
}
