import AuthenticatorCore
import Foundation

/// The app around the core: it tells the core what happens, carries out what the core asks for, and hands out the screens.
/// It lives as long as somebody holds it, or until `end`.
public final class Shell: Sendable {
    private let drawn = Screens()
    private let inbox: AsyncStream<Report>.Continuation
    private let life: Task<Void, Never>

    /// Opens the core with what was saved last.
    public convenience init(phone: Phone, config: Config) throws {
        try self.init(phone: phone) {
            let seed = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
            return try Core.open(config: config, saved: phone.state.load(), seed: seed)
        }
    }

    /// `open` is called again when a core has failed inside.
    public init(phone: Phone, open: @escaping @Sendable () throws -> any CoreProtocol) throws {
        let (reports, inbox) = AsyncStream.makeStream(of: Report.self)
        let core = try open()
        self.inbox = inbox
        life = Task { [drawn] in
            var runner = EffectRunner(core: core, phone: phone, open: open, draw: drawn.show, inbox: inbox)
            runner.launch()
            for await report in reports where !Task.isCancelled { runner.hear(report) }
            runner.dropEverything()
            drawn.end()
        }
    }

    deinit {
        life.cancel()
    }

    /// What the core draws: the newest screen at once, then each that follows; a reader who is slow gets only the newest. Each
    /// reader takes a stream of its own, as SwiftUI's `.task` does whenever its view appears: one that is no longer read ends
    /// for nobody else.
    ///
    /// The end of a stream whose reader was not cancelled means that there are no more screens. Either the shell has ended, or
    /// no core holds any longer: the one that failed was replaced several times within a minute, or what was saved could not be
    /// loaded. Say so in words of the app's own, and make another shell when the user opens the app again.
    public var screens: AsyncStream<ScreenModel> { drawn.stream() }

    /// Something happened. Events are dealt with one after the other, in the order of the calls.
    public func tell(_ event: Event) {
        inbox.yield(.event(event))
    }

    /// Ends as a kill does: what is under way is not told. When it comes back nothing is saved any more, so that another shell
    /// can be made: one that begins earlier would load what this one then replaces.
    public func end() async {
        life.cancel()
        await life.value
    }
}

/// The screens, for as many readers as there are.
private final class Screens: @unchecked Sendable {
    private let lock = NSLock()
    private var newest: ScreenModel?
    private var readers: [UUID: AsyncStream<ScreenModel>.Continuation] = [:]
    private var over = false

    func stream() -> AsyncStream<ScreenModel> {
        let (screens, reader) = AsyncStream.makeStream(of: ScreenModel.self, bufferingPolicy: .bufferingNewest(1))
        let name = UUID()
        lock.withLock {
            guard !over else { return reader.finish() }
            if let newest { reader.yield(newest) }
            readers[name] = reader
        }
        reader.onTermination = { [weak self] _ in self?.forget(name) }
        return screens
    }

    private func forget(_ name: UUID) {
        lock.withLock { readers[name] = nil }
    }

    func show(_ screen: ScreenModel) {
        lock.withLock {
            newest = screen
            readers.values.forEach { $0.yield(screen) }
        }
    }

    func end() {
        // Each takes itself out, which wants the lock.
        let readers = lock.withLock {
            over = true
            return self.readers.values.map { $0 }
        }
        readers.forEach { $0.finish() }
    }
}
