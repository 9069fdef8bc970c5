import AuthenticatorCore
import Foundation

/// The app around the core: it tells the core what happens, carries out what the core asks for, and hands out the screens.
/// It lives as long as somebody holds it.
public final class Shell: Sendable {
    /// Each screen that the core draws, the first one at once; only the newest for somebody who is slow. For one reader.
    public let screens: AsyncStream<ScreenModel>

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
        let (screens, drawing) = AsyncStream.makeStream(of: ScreenModel.self, bufferingPolicy: .bufferingNewest(1))
        let (reports, inbox) = AsyncStream.makeStream(of: Report.self)
        let core = try open()
        (self.screens, self.inbox) = (screens, inbox)
        life = Task {
            var runner = EffectRunner(core: core, phone: phone, open: open, drawing: drawing, inbox: inbox)
            runner.launch()
            for await report in reports where !Task.isCancelled { runner.hear(report) }
            runner.dropEverything()
            drawing.finish()
        }
    }

    deinit {
        life.cancel()
    }

    /// Something happened. Events are dealt with one after the other, in the order of the calls.
    public func tell(_ event: Event) {
        inbox.yield(.event(event))
    }
}
