import AuthenticatorCore
import AuthenticatorShell
import Foundation

/// A phone in somebody's hand: the shell with software keys, and what outlives the app.
final class HandHeld: @unchecked Sendable {
    let keys = SoftwareKeys()
    /// What the service refused, as it said it.
    let refusals = Refusals()
    private let kept = Kept()
    private let lock = NSLock()
    private var secondsOff = 0
    private var seen: ScreenModel?
    private var shell: Shell?

    /// Starts the app, with what was saved when it ran before.
    func start() throws {
        let clock = PhoneClock(
            now: { [weak self] in PhoneClock.system.now().advanced(by: (Demo.ahead + (self?.off ?? 0)) * 1000) },
            sleep: PhoneClock.system.sleep
        )
        // Linux's Foundation tells of no pong.
        let sockets = SystemSockets(ping: .seconds(3600))
        let phone = Phone(
            keys: keys, state: kept, notifications: kept, sockets: sockets,
            http: Overheard(refusals: refusals), clock: clock)
        let config = Config(app: "1.0.0", model: "iPhone 17", system: "iOS 26", allowLoopbackHttp: true)
        let shell = try Shell(phone: phone, config: config)
        self.shell = shell
        let screens = shell.screens
        Task { [weak self] in
            for await screen in screens { self?.see(screen) }
        }
    }

    /// Nothing is left of the app but keys and saved state.
    func kill() {
        shell = nil
        see(nil)
    }

    /// Sets the phone's clock wrong by so many seconds.
    func setClock(off seconds: Int) {
        lock.withLock { secondsOff = seconds }
    }

    func tell(_ events: Event...) {
        events.forEach { shell?.tell($0) }
    }

    /// Waits for a screen that `pick` finds something on.
    func wait<T>(_ what: String, _ pick: (Screen) -> T?) async throws -> T {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if let found = lock.withLock({ seen }).flatMap({ pick($0.screen) }) { return found }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NotThere(description: "no \(what), but \(lock.withLock { seen.map { "\($0)" } ?? "nothing" })")
    }

    private var off: Int { lock.withLock { secondsOff } }

    private func see(_ screen: ScreenModel?) {
        lock.withLock { seen = screen }
    }
}

extension HandHeld {
    /// The request that is asked; comes up by itself, because the service wakes the phone.
    @discardableResult
    func asked() async throws -> String {
        try await wait("question") { if case .approve(let request, _, _, _, _, _, _, _, _) = $0 { request } else { nil } }
    }

    func type(_ number: String) async throws {
        tell(.numberEntered(number: number))
        try await wait("number") { if case .approve(_, _, _, _, _, number, true, _, _) = $0 { () } else { nil } }
        tell(.approve)
    }

    /// How it ended, and the key of the title.
    func result() async throws -> (mood: Mood, title: String) {
        try await wait("result") { if case .result(let mood, let title, _, _, _) = $0 { (mood, title.key) } else { nil } }
    }

    func accounts() async throws -> [AccountState] {
        try await wait("accounts") {
            if case .accounts(let rows, _, _, false) = $0 { rows.map(\.state) } else { nil }
        }
    }
}

final class Refusals: @unchecked Sendable {
    private let lock = NSLock()
    private var told: [String] = []

    var all: [String] { lock.withLock { told } }
    fileprivate func add(_ refusal: String) { lock.withLock { told.append(refusal) } }
}

private struct Overheard: Requests {
    let refusals: Refusals
    private let http = HTTP()

    init(refusals: Refusals) { self.refusals = refusals }

    func get(_ url: String, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void) {
        http.get(url, timeout: timeout, ended: ended)
    }

    func post(
        _ url: String, contentType: String, body: Data, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void
    ) {
        http.post(url, contentType: contentType, body: body, timeout: timeout) { [refusals] outcome in
            if case .http(let status, let body) = outcome, status >= 400 {
                refusals.add(String(decoding: body, as: UTF8.self))
            }
            ended(outcome)
        }
    }
}

/// What the phone keeps for the app while it does not run.
private final class Kept: StateStore, Notifications, @unchecked Sendable {
    private let lock = NSLock()
    private var state: Data?

    func load() -> Data? { lock.withLock { state } }
    func save(_ state: Data) { lock.withLock { self.state = state } }
    func show(_ text: Sentence, until: UInt64) {}
    func takeBack() {}
}
