import AuthenticatorCore
import Foundation

/// What reaches the task that owns the core. `run` tells which core it is meant for.
enum Report: Sendable {
    case event(Event)
    case timer(UInt64, run: Int)
    case socket(UInt64, SocketReport, run: Int)
    case outcome(id: UInt64, Outcome, run: Int)
}

/// Owns the core, and carries out its effects. One report is dealt with whole before the next: effects begin in the order in
/// which they are handed out, and what is saved or deleted is so before the next one begins. Whatever takes time reports back.
struct EffectRunner {
    private var core: any CoreProtocol
    private let phone: Phone
    private let open: () throws -> any CoreProtocol
    private let draw: @Sendable (ScreenModel) -> Void
    private let inbox: AsyncStream<Report>.Continuation
    /// Counts the cores: what an earlier one began means nothing to this one.
    private var run = 0
    /// When a core was opened again, as far as that is of interest.
    private var reopened: [UInt64] = []
    /// No core holds: what still stands in line begins nothing.
    private var over = false
    private var timers: [UInt64: Task<Void, Never>] = [:]
    private var sockets: [UInt64: any Socket] = [:]

    init(
        core: any CoreProtocol, phone: Phone, open: @escaping () throws -> any CoreProtocol,
        draw: @escaping @Sendable (ScreenModel) -> Void, inbox: AsyncStream<Report>.Continuation
    ) {
        (self.core, self.phone, self.open, self.draw, self.inbox) = (core, phone, open, draw, inbox)
    }

    mutating func launch() {
        do { try start() } catch { reopen() }
    }

    mutating func hear(_ report: Report) {
        if over { return }
        do {
            let now = phone.clock.now()
            switch report {
            case .event(let event):
                try begin(core.dispatch(now: now, event: event))
            case .timer(let timer, run) where timers.removeValue(forKey: timer) != nil:
                try begin(core.dispatch(now: now, event: .timerFired(timer: timer)))
            case .socket(let socket, let report, run) where sockets[socket] != nil:
                try begin(core.dispatch(now: now, event: event(socket, report)))
            case .outcome(let id, let outcome, run):
                try begin(core.resolve(now: now, id: id, outcome: outcome))
            case .timer, .socket, .outcome:
                break
            }
        } catch {
            reopen()
        }
    }

    /// Timers and sockets end; what else is under way is not listened to.
    mutating func dropEverything() {
        run += 1
        timers.values.forEach { $0.cancel() }
        sockets.values.forEach { $0.close() }
        (timers, sockets) = ([:], [:])
    }

    /// The app shows what was saved before anything is asked of the core.
    private mutating func start() throws {
        draw(try core.view())
        try begin(core.dispatch(now: phone.clock.now(), event: .launched))
    }

    /// A core that has failed inside is replaced by one with what was saved last. When that one fails as well, or several in a
    /// minute, nothing that the app could do would help: there are no more screens.
    private mutating func reopen() {
        dropEverything()
        let now = phone.clock.now()
        reopened = reopened.filter { $0 <= now && now - $0 < 60_000 } + [now]
        do {
            guard reopened.count <= 3 else { return giveUp() }
            core = try open()
            try start()
        } catch {
            dropEverything()
            giveUp()
        }
    }

    private mutating func giveUp() {
        over = true
        inbox.finish()
    }

    private mutating func event(_ socket: UInt64, _ report: SocketReport) -> Event {
        switch report {
        case .text(let text): return .socketText(socket: socket, text: text)
        case .binary(let bytes): return .socketBinary(socket: socket, bytes: bytes)
        case .closed(let code):
            sockets[socket] = nil
            return .socketClosed(socket: socket, code: code)
        }
    }

    private mutating func begin(_ effects: [Effect]) throws {
        for effect in effects {
            switch effect.kind {
            case .createKeys(let account, let unlock):
                phone.keys.createKeys(account: account, unlock: unlock, ended: ended(effect.id))
            case .sign(let account, let key, let message, let reason):
                phone.keys.sign(message, key: key, account: account, reason: reason, ended: ended(effect.id))
            case .deleteKeys(let account):
                phone.keys.deleteKeys(account: account)
            case .post(let url, let contentType, let body, let timeout):
                phone.http.post(url, contentType: contentType, body: body, timeout: timeout, ended: ended(effect.id))
            case .get(let url, let timeout):
                phone.http.get(url, timeout: timeout, ended: ended(effect.id))
            case .openSocket(let socket, let url):
                let (inbox, run) = (inbox, run)
                sockets[socket] = phone.sockets.open(url) { inbox.yield(.socket(socket, $0, run: run)) }
            case .sendSocket(let socket, let text):
                sockets[socket]?.send(text)
            case .closeSocket(let socket):
                sockets.removeValue(forKey: socket)?.close()
            case .startTimer(let timer, let after):
                startTimer(timer, after: after)
            case .cancelTimer(let timer):
                timers.removeValue(forKey: timer)?.cancel()
            case .save(let state):
                try phone.state.save(state)
            case .notify(let text, let until):
                phone.notifications.show(text, until: until)
            case .takeBackNotification:
                phone.notifications.takeBack()
            case .subscribe, .unsubscribe:
                // Apps on Apple's systems have no Web Push.
                break
            case .render:
                draw(try core.view())
            }
        }
    }

    private func ended(_ id: UInt64) -> @Sendable (Outcome) -> Void {
        let (inbox, run) = (inbox, run)
        return { inbox.yield(.outcome(id: id, $0, run: run)) }
    }

    private mutating func startTimer(_ timer: UInt64, after: UInt64) {
        let (inbox, run, sleep) = (inbox, run, phone.clock.sleep)
        timers[timer]?.cancel()
        timers[timer] = Task {
            // Cancelled is all that can go wrong.
            if (try? await sleep(after)) != nil { inbox.yield(.timer(timer, run: run)) }
        }
    }
}
