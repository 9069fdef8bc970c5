import AuthenticatorCore
import Foundation

/// Enums that are objects with their case in `kind`; all others are plain strings.
protocol Variants {}
extension EffectKind: Variants {}
extension Event: Variants {}
extension Outcome: Variants {}
extension PushAddress: Variants {}
extension PushWay: Variants {}
extension Screen: Variants {}
extension Value: Variants {}

/// What the core said, in the form of the scenarios (tests/scenarios/README.md).
func form(_ value: Any) -> JSON {
    switch value {
    case let flag as Bool: return .bool(flag)
    case let text as String: return .text(text)
    case let number as any UnsignedInteger: return .number(UInt64(number))
    case let bytes as Data: return form(bytes: bytes)
    case let effect as Effect:
        guard case .object(var members) = form(effect.kind) else { fatalError("an effect's kind is an object") }
        members["id"] = .number(effect.id)
        return .object(members)
    case let sentence as Sentence:
        let args: [String: JSON] = sentence.args.isEmpty ? [:] : ["args": .object(sentence.args.mapValues(form))]
        return .object(args.merging(["key": .text(sentence.key)]) { one, _ in one })
    default: return form(Mirror(reflecting: value), of: value)
    }
}

private func form(_ mirror: Mirror, of value: Any) -> JSON {
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { form($0.value) } ?? .null
    case .collection: return .list(mirror.children.map { form($0.value) })
    case .enum:
        let label = mirror.children.first?.label ?? String(describing: value)
        guard value is any Variants else { return .text(snakeCase(label)) }
        let inside = mirror.children.first.map { members(Mirror(reflecting: $0.value)) } ?? [:]
        return .object(inside.merging(["kind": .text(snakeCase(label))]) { _, kind in kind })
    default: return .object(members(mirror))
    }
}

private func members(_ mirror: Mirror) -> [String: JSON] {
    Dictionary(uniqueKeysWithValues: mirror.children.map { (snakeCase($0.label ?? ""), form($0.value)) })
}

private func snakeCase(_ name: String) -> String {
    name.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
}

private func form(bytes: Data) -> JSON {
    if let text = String(data: bytes, encoding: .utf8), Data(text.utf8) == bytes { return .text(text) }
    let base64 = bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
    let base64url = base64.replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    return .object(["base64url": .text(base64url)])
}

/// What does not have the form of a scenario.
struct Malformed: Error, CustomStringConvertible {
    let description: String
}

extension JSON {
    func required(_ name: String) throws -> JSON {
        guard let member = self[name] else { throw Malformed(description: "\(name): not there in \(self)") }
        return member
    }

    func optional<T>(_ name: String, _ read: (JSON) throws -> T) throws -> T? {
        let member = try required(name)
        return member == .null ? nil : try read(member)
    }

    func text() throws -> String {
        guard case .text(let text) = self else { throw Malformed(description: "not a text: \(self)") }
        return text
    }

    func number<T: UnsignedInteger & FixedWidthInteger>() throws -> T {
        guard case .number(let number) = self, let exact = T(exactly: number) else {
            throw Malformed(description: "not a number of this size: \(self)")
        }
        return exact
    }

    func flag() throws -> Bool {
        guard case .bool(let flag) = self else { throw Malformed(description: "neither true nor false: \(self)") }
        return flag
    }

    func list() throws -> [JSON] {
        guard case .list(let items) = self else { throw Malformed(description: "not a list: \(self)") }
        return items
    }

    func bytes() throws -> Data {
        if case .text(let text) = self { return Data(text.utf8) }
        var base64 = try required("base64url").text().replacingOccurrences(of: "-", with: "+")
        base64 = base64.replacingOccurrences(of: "_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let bytes = Data(base64Encoded: base64) else { throw Malformed(description: "not base64url: \(self)") }
        return bytes
    }
}
