import AuthenticatorCore
import Foundation

/// One life of the phone: what happens to the app in order, and what the core says to each.
struct Scenario {
    let config: Config
    let open: JSON
    let steps: [JSON]

    init(_ json: JSON) throws {
        config = try Config(json.required("config"))
        open = try json.required("open")
        steps = try json.required("steps").list()
    }

    /// Runs it, and returns how many steps that were; says in which step what is different.
    @discardableResult
    func replay() throws -> Int {
        var ran = 0
        var core = try start(open)
        for (number, step) in steps.enumerated() {
            let place = "step \(number) (\(try step.required("about").text()))"
            do {
                let effects = try call(&core, step)
                let drawn = effects.contains { $0.kind == .render }
                let screen = drawn ? form(try core.view()) : .null
                let found =
                    difference("effects", expected: try step.required("effects"), actual: form(effects))
                    ?? difference("screen", expected: step["screen"] ?? .null, actual: screen)
                if let found { throw Malformed(description: found) }
                ran += 1
            } catch {
                throw Malformed(description: "\(place): \(error)")
            }
        }
        return ran
    }

    private func call(_ core: inout Core, _ step: JSON) throws -> [Effect] {
        let at: UInt64 = try step.required("at").number()
        switch (step["event"], step["effect"], step["outcome"], step["open"]) {
        case (let event?, nil, nil, nil):
            return try core.dispatch(now: at, event: Event(event))
        case (nil, let effect?, let outcome?, nil):
            return try core.resolve(now: at, id: effect.number(), outcome: Outcome(outcome))
        case (nil, nil, nil, let open?):
            core = try start(open)
            return []
        default:
            throw Malformed(description: "needs an event, or an effect with its outcome, or open")
        }
    }

    private func start(_ open: JSON) throws -> Core {
        let saved = try open.optional("saved") { try $0.bytes() }
        return try Core.open(config: config, saved: saved, seed: hex(open.required("seed").text()))
    }
}

private func hex(_ digits: String) throws -> Data {
    var bytes = Data()
    var rest = Substring(digits)
    while !rest.isEmpty {
        guard let byte = UInt8(rest.prefix(2), radix: 16) else { throw Malformed(description: "seed: not hex") }
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}
