import AuthenticatorCore
import Foundation
import Malloc
import Testing

/// What this process holds of its memory, in bytes: all that was allocated and not freed, by Rust and by Swift. What the
/// system has given it says less, as it goes up only when nothing that was freed before can be taken again.
private func held() -> Int {
    let memory = mallinfo2()
    return memory.uordblks + memory.hblkhd
}

private let dispatches = 10_000
/// A kilobyte kept for each dispatch is more than this.
private let allowed = dispatches * 1024 * 3 / 4

/// How much more is held after that many dispatches, each with all that goes with it.
private func growth(keeping: (Int) -> Void = { _ in }) throws -> Int {
    let config = Config(app: "1.0.0", model: "iPhone 17", system: "iOS 26", allowLoopbackHttp: false)
    let core = try Core.open(config: config, saved: nil, seed: Data(repeating: 7, count: 32))
    let text = String(repeating: "x", count: 2000)
    let events: [Event] = [.addAccount, .chooseScan, .qrScanned(text: text), .back]
    func once(_ number: Int) throws {
        for effect in try core.dispatch(now: 1_800_000_000_000, event: events[number % events.count]) {
            _ = try core.resolve(now: 1_800_000_000_000, id: effect.id, outcome: .noNetwork)
        }
        _ = try core.view()
    }
    for number in 0..<2_000 { try once(number) }
    let before = held()
    for number in 0..<dispatches {
        try once(number)
        keeping(number)
    }
    return held() - before
}

/// One after the other: both look at the memory of the whole process.
@Suite(.serialized) struct Memory {
    @Test func dispatchingKeepsNothing() throws {
        let grown = try growth()
        #expect(grown < allowed)
        print("\(dispatches) dispatches, \(grown / 1024) KB more held")
    }

    @Test func aKilobyteKeptForEachDispatchIsNoticed() throws {
        var kept: [[UInt8]] = []
        let grown = try growth { kept.append([UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 1024)) }
        #expect(grown > allowed)
        #expect(kept.count == dispatches)
    }
}
