import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The system's WebSockets.
public final class SystemSockets: Sockets {
    private let session: URLSession

    public init(configuration: URLSessionConfiguration = .ephemeral) {
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
        return SystemSocket(session.webSocketTask(with: request), report)
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
    private let outgoing: AsyncStream<String>.Continuation

    init(_ task: URLSessionWebSocketTask, _ report: @escaping @Sendable (SocketReport) -> Void) {
        let (texts, outgoing) = AsyncStream.makeStream(of: String.self)
        self.outgoing = outgoing
        task.maximumMessageSize = 64 * 1024
        task.resume()
        Task {
            // A socket that has ended tells so where it is read.
            for await text in texts { try? await task.send(.string(text)) }
            task.cancel(with: .normalClosure, reason: nil)
        }
        Task {
            do {
                while true {
                    switch try await task.receive() {
                    case .string(let text): report(.text(text))
                    case .data(let bytes): report(.binary(bytes))
                    @unknown default: break
                    }
                }
            } catch {
                outgoing.finish()
                // Zero when no frame closed it.
                report(.closed(code: UInt16(exactly: task.closeCode.rawValue).flatMap { $0 == 0 ? nil : $0 }))
            }
        }
    }

    func send(_ text: String) {
        outgoing.yield(text)
    }

    func close() {
        outgoing.finish()
    }
}
