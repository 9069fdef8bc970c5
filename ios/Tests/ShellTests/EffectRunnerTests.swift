import AuthenticatorCore
import Foundation
import Testing

@testable import AuthenticatorShell

/// A core that says what a test wants, and writes down what it was told.
private final class Script: CoreProtocol, @unchecked Sendable {
    private let log: Log
    private let effects: [Event: [EffectKind]]
    var broken = false
    private var failing: Event?

    /// Fails inside at this event, once.
    func fails(at event: Event) { failing = event }

    init(_ log: Log, _ effects: [Event: [EffectKind]]) {
        (self.log, self.effects) = (log, effects)
    }

    func dispatch(now: UInt64, event: Event) throws -> [Effect] {
        if broken || failing == event {
            failing = nil
            throw CoreError.Broken
        }
        log.write("\(event)")
        return (effects[event] ?? []).enumerated().map { Effect(id: UInt64($0.offset), kind: $0.element) }
    }

    func resolve(now: UInt64, id: UInt64, outcome: Outcome) throws -> [Effect] {
        log.write("\(id) \(outcome)")
        return []
    }

    func view() throws -> ScreenModel {
        ScreenModel(screen: .scan, secure: false, announce: nil, changesAt: nil, language: nil)
    }

    func ignored() throws -> UInt64 { 0 }
}

/// What happened, in order.
private final class Log: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []
    private var taken = 0

    func write(_ line: String) {
        lock.withLock { lines.append(line) }
    }

    /// What has been written since.
    func rest() -> [String] {
        lock.withLock {
            defer { taken = lines.count }
            return Array(lines[taken...])
        }
    }

    /// Waits for so many more lines.
    func next(_ count: Int) async throws -> [String] {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let found: [String]? = lock.withLock {
                guard lines.count >= taken + count else { return nil }
                taken += count
                return Array(lines[taken - count..<taken])
            }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(2))
        }
        return rest()
    }
}

/// A phone that writes down what it is asked for.
private final class Notebook: KeyStore, StateStore, Notifications, Sockets, @unchecked Sendable {
    let log: Log
    var isFull = false
    private let lock = NSLock()
    private var keysEnd: [@Sendable (Outcome) -> Void] = []
    private var socketReports: [@Sendable (SocketReport) -> Void] = []

    init(_ log: Log) { self.log = log }

    var phone: Phone {
        let log = log
        let clock = PhoneClock(now: { 7 }) { after in
            log.write("sleep \(after)")
            try await Task.sleep(for: .milliseconds(after))
        }
        return Phone(keys: self, state: self, notifications: self, sockets: self, clock: clock)
    }

    func endKeys(_ outcome: Outcome) { lock.withLock { keysEnd.removeFirst() }(outcome) }
    func reportSocket(_ report: SocketReport) { lock.withLock { socketReports.last }?(report) }

    func createKeys(account: String, unlock: Unlock, ended: @escaping @Sendable (Outcome) -> Void) {
        log.write("create \(account)")
        lock.withLock { keysEnd.append(ended) }
    }

    func sign(
        _ message: Data, key: Key, account: String, reason: Sentence?, ended: @escaping @Sendable (Outcome) -> Void
    ) {
        log.write("sign \(account)")
        lock.withLock { keysEnd.append(ended) }
    }

    /// Slow, as a disk may be: whatever begins meanwhile would be seen before.
    func deleteKeys(account: String) {
        Thread.sleep(forTimeInterval: 0.05)
        log.write("delete \(account)")
    }

    func save(_ state: Data) throws {
        if isFull { throw CocoaError(.fileWriteOutOfSpace) }
        Thread.sleep(forTimeInterval: 0.05)
        log.write("save")
    }

    func load() -> Data? { nil }
    func show(_ text: Sentence, until: UInt64) { log.write("show \(until)") }
    func takeBack() { log.write("take back") }

    func open(_ url: String, report: @escaping @Sendable (SocketReport) -> Void) -> any Socket {
        log.write("open \(url)")
        lock.withLock { socketReports.append(report) }
        return Line(log: log)
    }

    private struct Line: Socket {
        let log: Log
        func send(_ text: String) { log.write("send \(text)") }
        func close() { log.write("close") }
    }
}

@Suite(.timeLimit(.minutes(1))) struct EffectRunnerTests {
    private let log = Log()
    private let notebook: Notebook

    init() { notebook = Notebook(log) }

    private func shell(_ effects: [Event: [EffectKind]]) throws -> Shell {
        let core = Script(log, effects)
        return try Shell(phone: notebook.phone) { core }
    }

    @Test func aWakeIsFoundInWhatAPNsBrings() {
        #expect(Event.wake(in: ["w": "-_8", "aps": ["mutable-content": 1]]) == .wakeArrived(bytes: Data([251, 255])))
        #expect(Event.wake(in: ["aps": [:] as [String: Int]]) == nil)
        #expect(Event.wake(in: ["w": 7]) == nil)
        #expect(Event.wake(in: ["w": "!"]) == nil)
    }

    @Test func aTokenIsToldAndSubscriptionsAreNobodys() async throws {
        let token = Event.registered(token: Data([1, 2]), environment: .sandbox, bundle: "se.regionx.styrk")
        #expect(
            token
                == .addressTold(address: .apns(token: Data([1, 2]), environment: .sandbox, topic: "se.regionx.styrk")))
        let shell = try shell([token: [.subscribe(account: "a", key: "k"), .unsubscribe(account: "a"), .takeBackNotification]])
        shell.tell(token)
        #expect(try await log.next(3) == ["launched", "\(token)", "take back"])
    }

    @Test func whatIsSavedOrDeletedIsSoBeforeTheNextEffectBegins() async throws {
        let shell = try shell([
            .refresh: [
                .save(state: Data()), .createKeys(account: "a", unlock: .credential), .deleteKeys(account: "b"),
                .sign(account: "c", key: .device, message: Data(), reason: nil), .save(state: Data()),
                .openSocket(socket: 1, url: "wss://x"), .sendSocket(socket: 1, text: "y"),
                .notify(text: Sentence(key: "k", args: [:]), until: 9), .takeBackNotification,
            ]
        ])
        shell.tell(.refresh)
        shell.tell(.back)
        let expected = [
            "launched", "refresh", "save", "create a", "delete b", "sign c", "save", "open wss://x", "send y", "show 9",
            "take back", "back",
        ]
        #expect(try await log.next(expected.count) == expected)
        notebook.endKeys(.noNetwork)
        notebook.endKeys(.keyFailed(why: .cancelled))
        #expect(try await log.next(2) == ["1 noNetwork", "3 \(Outcome.keyFailed(why: .cancelled))"])
    }

    @Test func aSocketThatAnEffectClosedTellsNothingMore() async throws {
        let shell = try shell([
            .refresh: [.openSocket(socket: 5, url: "wss://x")], .back: [.closeSocket(socket: 5)],
        ])
        shell.tell(.refresh)
        #expect(try await log.next(3) == ["launched", "refresh", "open wss://x"])
        notebook.reportSocket(.text("hello"))
        #expect(try await log.next(1) == ["\(Event.socketText(socket: 5, text: "hello"))"])
        shell.tell(.back)
        #expect(try await log.next(2) == ["back", "close"])
        notebook.reportSocket(.closed(code: 1000))
        shell.tell(.done)
        #expect(try await log.next(1) == ["done"])
    }

    @Test func theEndOfASocketIsToldOnce() async throws {
        let shell = try shell([.refresh: [.openSocket(socket: 5, url: "wss://x")]])
        shell.tell(.refresh)
        _ = try await log.next(3)
        notebook.reportSocket(.closed(code: 4003))
        notebook.reportSocket(.closed(code: nil))
        shell.tell(.done)
        #expect(try await log.next(2) == ["\(Event.socketClosed(socket: 5, code: 4003))", "done"])
    }

    @Test func aTimerFiresOnceAndNotWhenItIsCancelled() async throws {
        let shell = try shell([
            .refresh: [.startTimer(timer: 1, after: 1)],
            .back: [.startTimer(timer: 2, after: 20), .cancelTimer(timer: 2), .startTimer(timer: 3, after: 100)],
        ])
        shell.tell(.refresh)
        #expect(try await log.next(4) == ["launched", "refresh", "sleep 1", "\(Event.timerFired(timer: 1))"])
        shell.tell(.back)
        let told = try await log.next(4)
        try #require(told.count == 4)
        #expect(told[0] == "back" && Set(told[1...2]) == ["sleep 20", "sleep 100"])
        #expect(told[3] == "\(Event.timerFired(timer: 3))")
    }

    @Test func aCoreThatFailsInsideIsReplacedAndHearsNothingOfBefore() async throws {
        let first = Script(log, [.refresh: [
            .createKeys(account: "a", unlock: .credential), .openSocket(socket: 1, url: "wss://x"),
        ]])
        let cores = Cores([first, Script(log, [:])])
        let shell = try Shell(phone: notebook.phone) { try cores.next() }
        shell.tell(.refresh)
        #expect(try await log.next(4) == ["launched", "refresh", "create a", "open wss://x"])
        first.broken = true
        shell.tell(.back)
        #expect(try await log.next(2) == ["close", "launched"])
        notebook.endKeys(.keyFailed(why: .cancelled))
        notebook.reportSocket(.text("late"))
        shell.tell(.done)
        #expect(try await log.next(1) == ["done"])
    }

    @Test func severalFailuresInAMinuteAreTheEnd() async throws {
        let script = { Script(log, [.refresh: [.openSocket(socket: 1, url: "wss://x")]]) }
        let scripts = (0..<5).map { _ in script() }
        let cores = Cores(scripts)
        let shell = try Shell(phone: notebook.phone) { try cores.next() }
        for number in 0..<4 {
            #expect(try await log.next(1) == ["launched"])
            scripts[number].broken = true
            shell.tell(.done)
        }
        for await _ in shell.screens {}
        #expect(cores.left == 1)
    }

    @Test func whatCannotBeSavedEndsTheCore() async throws {
        let cores = Cores([
            Script(log, [.refresh: [.save(state: Data()), .openSocket(socket: 1, url: "wss://x")]]), Script(log, [:]),
        ])
        notebook.isFull = true
        let shell = try Shell(phone: notebook.phone) { try cores.next() }
        shell.tell(.refresh)
        #expect(try await log.next(3) == ["launched", "refresh", "launched"])
    }

    @Test func whenNoCoreHoldsThereAreNoMoreScreens() async throws {
        let broken = Script(log, [:])
        broken.broken = true
        let shell = try Shell(phone: notebook.phone) { broken }
        var screens = 0
        for await _ in shell.screens { screens += 1 }
        #expect(screens > 0)
    }

    @Test func whatStandsInLineAfterTheEndBeginsNothing() async throws {
        let core = Script(log, [.back: [.openSocket(socket: 1, url: "wss://x")]])
        let cores = Cores([core])
        let shell = try Shell(phone: notebook.phone) { try cores.next() }
        #expect(try await log.next(1) == ["launched"])
        core.fails(at: .refresh)
        shell.tell(.refresh)
        shell.tell(.back)
        for await _ in shell.screens {}
        await shell.end()
        #expect(log.rest() == [])
    }

    /// SwiftUI cancels the task of a view that is not there for a while.
    @Test func eachReaderHasTheNewestScreenAndThoseThatFollow() async throws {
        let shell = try shell([.refresh: [.render]])
        var first = shell.screens.makeAsyncIterator()
        #expect(await first.next() != nil)
        let cancelled = Task { for await _ in shell.screens {} }
        cancelled.cancel()
        await cancelled.value
        var second = shell.screens.makeAsyncIterator()
        #expect(await second.next() != nil)
        shell.tell(.refresh)
        #expect(await first.next() != nil)
        #expect(await second.next() != nil)
    }

    @Test func aShellThatHasEndedSavesNothingMore() async throws {
        let shell = try shell([.refresh: [.save(state: Data()), .openSocket(socket: 1, url: "wss://x")]])
        shell.tell(.refresh)
        shell.tell(.refresh)
        #expect(try await log.next(2) == ["launched", "refresh"])
        await shell.end()
        let before = log.rest()
        #expect(before.last == "close")
        shell.tell(.refresh)
        for await _ in shell.screens {}
        #expect(log.rest() == [])
    }

    @Test func aShellThatNobodyHoldsEnds() async throws {
        var shell: Shell? = try shell([.refresh: [.openSocket(socket: 1, url: "wss://x")]])
        shell?.tell(.refresh)
        #expect(try await log.next(3) == ["launched", "refresh", "open wss://x"])
        let screens = try #require(shell).screens
        shell = nil
        #expect(try await log.next(1) == ["close"])
        for await _ in screens {}
    }
}

/// Handed out in order; then there are no more.
private final class Cores: @unchecked Sendable {
    private var cores: [Script]

    init(_ cores: [Script]) { self.cores = cores }

    var left: Int { cores.count }

    func next() throws -> any CoreProtocol {
        guard !cores.isEmpty else { throw CoreError.Seed }
        return cores.removeFirst()
    }
}
