import AuthenticatorCore
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Requests without redirects, cookies and caches. An answer is read up to 64 KiB.
public final class HTTP: Requests {
    private let answers = Answers()
    private let session: URLSession

    public init(configuration: URLSessionConfiguration = .ephemeral) {
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: answers, delegateQueue: nil)
    }

    deinit {
        session.invalidateAndCancel()
    }

    public func get(_ url: String, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void) {
        ask(url, timeout: timeout, ended: ended) { _ in }
    }

    public func post(
        _ url: String, contentType: String, body: Data, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void
    ) {
        ask(url, timeout: timeout, ended: ended) { request in
            request.httpMethod = "POST"
            request.httpBody = body
            request.setValue(contentType, forHTTPHeaderField: "Content-Type")
        }
    }

    private func ask(
        _ url: String, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void, _ fill: (inout URLRequest) -> Void
    ) {
        guard let url = URL(string: url), url.host != nil else { return ended(.noNetwork) }
        // The system's own limit is for silence, ours for the whole.
        var request = URLRequest(url: url, timeoutInterval: Double(timeout) / 1000)
        fill(&request)
        let task = session.dataTask(with: request)
        let late = Task { [answers] in
            if (try? await Task.sleep(for: .milliseconds(timeout))) != nil { answers.end(task, .noNetwork) }
        }
        answers.expect(task) { outcome in
            late.cancel()
            ended(outcome)
        }
        task.resume()
    }
}

/// Collects the answers and tells how each ends, once.
private final class Answers: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private static let most = 64 * 1024

    private struct Answer {
        let ended: @Sendable (Outcome) -> Void
        var body = Data()
    }

    private let lock = NSLock()
    /// By the number of their tasks.
    private var answers: [Int: Answer] = [:]

    func expect(_ task: URLSessionTask, ended: @escaping @Sendable (Outcome) -> Void) {
        lock.withLock { answers[task.taskIdentifier] = Answer(ended: ended) }
    }

    /// With this outcome, or else with what has been read.
    func end(_ task: URLSessionTask, _ outcome: Outcome? = nil) {
        guard let answer = lock.withLock({ answers.removeValue(forKey: task.taskIdentifier) }) else { return }
        task.cancel()
        let response = task.response as? HTTPURLResponse
        let status = response.flatMap { UInt16(exactly: $0.statusCode) }
        let read = status.map { Outcome.http(status: $0, body: answer.body) }
        answer.ended(outcome ?? read ?? .noNetwork)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let read = lock.withLock {
            let read = answers[dataTask.taskIdentifier]?.body.count ?? 0
            answers[dataTask.taskIdentifier]?.body.append(data.prefix(Self.most - read))
            return read + data.count
        }
        if read >= Self.most { end(dataTask) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        end(task, error == nil ? nil : .noNetwork)
    }
}
