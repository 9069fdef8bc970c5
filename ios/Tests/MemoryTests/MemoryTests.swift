import AuthenticatorCore
import Foundation
import Malloc
import OpenSSL
import Testing

/// What this process holds of its memory, in bytes: all that was allocated and not freed, by Rust and by Swift. What the
/// system has given it says less, as it goes up only when nothing that was freed before can be taken again.
private func held() -> Int {
    let memory = mallinfo2()
    return memory.uordblks + memory.hblkhd
}

private let calls = 12_000
/// What each call may keep, in bytes.
private let each = 100

/// A phone with an account, as a scenario has it, and the device key of its fake key store. Its service has nothing to ask.
private struct Telephone {
    private let core: Core
    private let device: OpaquePointer
    private let now: UInt64 = 1_800_000_000_000

    init() throws {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../tests/scenarios/no-network.json")
        struct Scenario: Decodable {
            struct Open: Decodable { let saved: String }
            let open: Open
        }
        let scenario = try JSONDecoder().decode(Scenario.self, from: Data(contentsOf: file.standardized))
        let config = Config(app: "1.0.0", model: "iPhone 17", system: "iOS 26", allowLoopbackHttp: false)
        core = try Core.open(config: config, saved: Data(scenario.open.saved.utf8), seed: Data(repeating: 7, count: 32))
        device = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)
        let secret = BN_bin2bn([UInt8](repeating: 102, count: 32), 32, nil)
        precondition(EC_KEY_set_private_key(device, secret) == 1)
        BN_free(secret)
        _ = try tell(.launched)
    }

    /// Carries out what comes of `event`. Returns how many calls that took.
    func tell(_ event: Event) throws -> Int {
        var made = 1
        var todo = try core.dispatch(now: now, event: event)
        while let effect = todo.popLast() {
            let outcome: Outcome
            switch effect.kind {
            case .sign(_, .device, let message, _): outcome = .signed(signature: sign(message))
            case .post:
                let body = #"{"now":1800000000,"challenges":[],"ended":[],"confirmed":true}"#
                outcome = .http(status: 200, body: Data(body.utf8))
            default: continue
            }
            made += 1
            todo += try core.resolve(now: now, id: effect.id, outcome: outcome)
        }
        _ = try core.view()
        return made
    }

    private func sign(_ message: Data) -> Data {
        var hash = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256([UInt8](message), message.count, &hash)
        var signature = [UInt8](repeating: 0, count: 80)
        var length: UInt32 = 0
        precondition(ECDSA_sign(0, hash, Int32(hash.count), &signature, &length, device) == 1)
        return Data(signature.prefix(Int(length)))
    }
}

/// How much more is held after that many calls, by which the phone asks its service again and again.
private func growth(keeping: () -> Void = {}) throws -> Int {
    let phone = try Telephone()
    func many(_ count: Int, _ keeping: () -> Void) throws {
        var made = 0
        while made < count {
            let asked = try phone.tell(.refresh)
            try #require(asked == 3, "asked, signed and answered")
            for _ in 0..<asked { keeping() }
            made += asked
        }
    }
    try many(calls / 10) {}
    let before = held()
    try many(calls, keeping)
    return held() - before
}

/// One after the other: both look at the memory of the whole process.
@Suite(.serialized) struct Memory {
    @Test func callsKeepNothing() throws {
        let grown = try growth()
        #expect(grown < calls * each)
        print("\(calls) calls, \(grown / 1024) KB more held")
    }

    @Test func twiceWhatMayBeKeptIsNoticed() throws {
        var kept: [[UInt8]] = []
        let grown = try growth { kept.append([UInt8](repeating: 1, count: 2 * each)) }
        #expect(grown > calls * each)
        #expect(kept.count >= calls)
    }
}
