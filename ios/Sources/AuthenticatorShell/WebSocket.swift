import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The longest message that is taken, in bytes. Apple's Foundation keeps to it by itself.
private let longest = 64 * 1024

/// The system's WebSockets.
public final class SystemSockets: Sockets {
    private let session: URLSession
    private let ping: Duration

    /// `ping`: how often the other end is asked for a sign of life. The service does so as often.
    public init(configuration: URLSessionConfiguration = .ephemeral, ping: Duration = .seconds(45)) {
        self.ping = ping
        configuration.httpCookieStorage = nil
        session = URLSession(configuration: configuration, delegate: Refusing(), delegateQueue: nil)
    }

    deinit {
        session.invalidateAndCancel()
    }

    public func open(_ url: String, report: @escaping @Sendable (SocketReport) -> Void) -> any Socket {
        guard let url = URL(string: url), url.scheme == "wss" || url.scheme == "ws" else {
            report(.closed(code: nil))
            return NoSocket()
        }
        var request = URLRequest(url: url)
        #if os(Linux)
        // Foundation there says keep-alive otherwise, and no service opens a socket then.
        request.setValue("Upgrade", forHTTPHeaderField: "Connection")
        #endif
        return SystemSocket(session.webSocketTask(with: request), ping: ping, report)
    }
}

/// A socket that is sent elsewhere is none.
private final class Refusing: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

private struct NoSocket: Socket {
    func send(_ text: String) {}
    func close() {}
}

private struct SystemSocket: Socket {
    private let task: URLSessionWebSocketTask
    private let outgoing: AsyncStream<String>.Continuation

    init(_ task: URLSessionWebSocketTask, ping: Duration, _ report: @escaping @Sendable (SocketReport) -> Void) {
        let (texts, outgoing) = AsyncStream.makeStream(of: String.self)
        (self.task, self.outgoing) = (task, outgoing)
        task.maximumMessageSize = longest
        task.resume()
        Task {
            // A socket that has ended tells so where it is read.
            for await text in texts { try? await task.send(.string(text)) }
        }
        let pings = Task {
            await watch(every: ping) { answered in task.sendPing { if $0 == nil { answered() } } }
            if !Task.isCancelled { task.cancel() }
        }
        Task {
            while let message = try? await task.receive(), let heard = SocketReport(message) { report(heard) }
            outgoing.finish()
            pings.cancel()
            task.cancel()
            // Zero when no frame closed it.
            report(.closed(code: UInt16(exactly: task.closeCode.rawValue).flatMap { $0 == 0 ? nil : $0 }))
        }
    }

    func send(_ text: String) {
        outgoing.yield(text)
    }

    /// At once: a text that does not get away holds nothing up.
    func close() {
        outgoing.finish()
        task.cancel(with: .normalClosure, reason: nil)
    }
}

extension SocketReport {
    /// Nothing of a message that is too long, or of a kind that nobody knows.
    init?(_ message: URLSessionWebSocketTask.Message) {
        switch message {
        case .string(let text) where text.utf8.count <= longest: self = .text(text)
        case .data(let bytes) where bytes.count <= longest: self = .binary(bytes)
        default: return nil
        }
    }
}

/// A network that is gone tells nobody. Asks for a sign of life again and again, and comes back when the last was not answered
/// by the time for the next one, or when it is cancelled.
func watch(every interval: Duration, ping: (_ answered: @escaping @Sendable () -> Void) -> Void) async {
    let pong = Pong()
    while (try? await Task.sleep(for: interval)) != nil, pong.wasThere() { ping(pong.arrived) }
}

/// Whether the last ping was answered.
private final class Pong: @unchecked Sendable {
    private let lock = NSLock()
    private var there = true

    func arrived() { lock.withLock { there = true } }

    /// And begins to wait for another one.
    func wasThere() -> Bool {
        lock.withLock {
            defer { there = false }
            return there
        }
    }
}
