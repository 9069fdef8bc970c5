import AuthenticatorCore
import Foundation
import Testing

private let now: UInt64 = 1_800_000_000_000

private func open(saved: Data? = nil, seed: Data = Data(repeating: 7, count: 32)) throws -> Core {
    let config = Config(app: "1.0.0", model: "iPhone 17", system: "iOS 26", allowLoopbackHttp: false)
    return try Core.open(config: config, saved: saved, seed: seed)
}

/// A core that has been started.
private func launched() throws -> Core {
    let core = try open()
    _ = try core.dispatch(now: now, event: .launched)
    return core
}

private func says(_ core: Core) throws -> String {
    "\(try core.view())"
}

@Test func aSavedStateThatNobodyCanReadIsToldAndIsNoError() throws {
    let whole = Data(#"{"v":1,"accounts":[],"unfinished":["6sxQhfovu5zOEfY7TiY0mA"],"language":"sv"}"#.utf8)
    #expect(try open(saved: whole).view().language == "sv")
    let random = Data((0..<5000).map { _ in UInt8.random(in: 0...255) })
    let broken = [Data(), Data("{".utf8), Data("null".utf8), Data([0xff, 0xfe, 0x00]), random]
    for saved in broken + (1..<whole.count).map({ whole.prefix($0) }) {
        let core = try open(saved: saved)
        guard case .result(let mood, _, _, _, _) = try core.view().screen else {
            Issue.record("\(saved.count) bytes: \(try says(core))")
            continue
        }
        #expect(mood == .bad)
        _ = try core.dispatch(now: now, event: .launched)
        _ = try core.dispatch(now: now, event: .done)
    }
}

@Test func aFailureInsideIsAnErrorAndTheEndOfThisCore() throws {
    let core = try launched()
    #expect(throws: CoreError.Broken) { try core.dispatch(now: .max, event: .launched) }
    #expect(throws: CoreError.Broken) { try core.view() }
    _ = try launched()
}

@Test func anOutcomeForAnUnknownEffectChangesNothingAndIsCounted() throws {
    let core = try launched()
    let before = try core.view()
    let outcomes: [Outcome] = [
        .noNetwork, .http(status: 200, body: Data("{}".utf8)), .signed(signature: Data()), .keyFailed(why: .failed),
        .keysCreated(device: Data(), approval: Data()),
    ]
    for (count, outcome) in outcomes.enumerated() {
        #expect(try core.ignored() == UInt64(count))
        #expect(try core.resolve(now: now, id: .max, outcome: outcome) == [])
    }
    #expect(try core.view() == before)
    #expect(try core.ignored() == UInt64(outcomes.count))
}

@Test func aCodeOfTenMegabytesIsACodeOfSomebodyElse() throws {
    let core = try launched()
    _ = try core.dispatch(now: now, event: .addAccount)
    _ = try core.dispatch(now: now, event: .chooseScan)
    let effects = try core.dispatch(now: now, event: .qrScanned(text: String(repeating: "å", count: 5 << 20)))
    #expect(effects.map(\.kind) == [.render])
    guard case .addAccount(let problem) = try core.view().screen else {
        Issue.record("\(try says(core))")
        return
    }
    #expect(problem != nil)
}

/// Half of a surrogate pair, as a keyboard or a pasteboard may leave it. Swift mends it before anything crosses.
@Test func aTextFromBrokenUTF16Crosses() throws {
    let broken = String(decoding: [0x61, 0xd83d, 0x62, 0xdc00] as [UInt16], as: UTF16.self)
    #expect(broken == "a\u{fffd}b\u{fffd}")
    let core = try launched()
    _ = try core.dispatch(now: now, event: .addAccount)
    _ = try core.dispatch(now: now, event: .chooseTyped)
    _ = try core.dispatch(now: now, event: .codeTyped(login: broken, code: broken, server: broken))
    guard case .typeCode(let login, let code, _, _, let wrong) = try core.view().screen else {
        Issue.record("\(try says(core))")
        return
    }
    #expect(login == broken && code == broken)
    #expect(wrong != nil)
}

@Test(arguments: [0, 1, 31, 33, 1 << 20])
func aSeedOfAnotherLengthIsRefused(length: Int) {
    #expect(throws: CoreError.Seed) { try open(seed: Data(repeating: 7, count: length)) }
}

@Test func eightTasksMayCallAtOnce() async throws {
    let core = try launched()
    let calls: UInt64 = 500
    let ids = try await withThrowingTaskGroup(of: [UInt64].self) { group in
        for _ in 0..<8 {
            group.addTask {
                var ids: [UInt64] = []
                for _ in 0..<calls {
                    ids += try core.dispatch(now: now, event: .foregrounded).map(\.id)
                    ids += try core.dispatch(now: now, event: .backgrounded).map(\.id)
                    ids += try core.dispatch(now: now, event: .timerFired(timer: .max)).map(\.id)
                    ids += try core.resolve(now: now, id: .max, outcome: .noNetwork).map(\.id)
                    _ = try core.view()
                }
                return ids
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(try core.ignored() == 8 * calls * 2)
    #expect(!ids.isEmpty && Set(ids).count == ids.count)
}
