import AuthenticatorCore
import AuthenticatorShell
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
    private let http = HTTP()

    private func get(_ url: String, timeout: UInt64 = 20_000) async -> Outcome? {
        await outcome { http.get(url, timeout: timeout, ended: $0) }
    }

    /// Nothing when it never ends.
    private func outcome(_ ask: (@escaping @Sendable (Outcome) -> Void) -> Void) async -> Outcome? {
        let (outcomes, ended) = AsyncStream.makeStream(of: Outcome.self)
        ask { ended.yield($0) }
        return await outcomes.first { _ in true }
    }

    @Test func aRequestIsSentAsItIs() async throws {
        let server = try Listener { "HTTP/1.1 200 OK\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }
        let (url, body) = (server.url + "/answer", Data("å".utf8))
        let outcome = await outcome {
            http.post(url, contentType: "application/jose", body: body, timeout: 20_000, ended: $0)
        }
        guard case .http(200, let body)? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        let heard = String(decoding: body, as: UTF8.self)
        #expect(heard.hasPrefix("POST /answer HTTP/1.1\r\n") && heard.hasSuffix("\r\n\r\nå"))
        #expect(heard.contains("Content-Type: application/jose\r\n"))
        #expect(!heard.contains("Cookie"))
    }

    @Test func redirectsAreNotFollowedAndCookiesAreNotKept() async throws {
        let server = try Listener { request in
            let cookie = request.contains("Cookie:") ? "kept" : "none"
            return "HTTP/1.1 307 Elsewhere\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\n\(cookie)"
        }
        for _ in 0..<2 {
            #expect(await get(server.url + "/here") == .http(status: 307, body: Data("none".utf8)))
        }
        #expect(server.requests.allSatisfy { $0.hasPrefix("GET /here ") } && server.requests.count == 2)
    }

    @Test(arguments: [65_535, 65_536, 65_537, 1 << 20])
    func anAnswerIsReadUpToTheLimit(length: Int) async throws {
        let server = try Listener { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n" + String(repeating: "x", count: length)
        }
        let read = Data(repeating: UInt8(ascii: "x"), count: min(length, 65_536))
        #expect(await get(server.url + "/") == .http(status: 200, body: read))
    }

    @Test func whatIsTooLateOrCutOffIsNoAnswer() async throws {
        let silent = try Listener { _ in nil }
        let began = ContinuousClock.now
        #expect(await get(silent.url + "/", timeout: 300) == .noNetwork)
        #expect(ContinuousClock.now - began < .seconds(10))
        let dribbling = try Listener { _ in "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" }
        #expect(await get(dribbling.url + "/", timeout: 300) == .noNetwork)
        let rude = try Listener { _ in "" }
        #expect(await get(rude.url + "/") == .noNetwork)
    }

    @Test func aPostWhoseAnswerIsLostIsNotSentAgain() async throws {
        let rude = try Listener { _ in "" }
        let outcome = await outcome {
            http.post(rude.url + "/", contentType: "application/jose", body: Data("a".utf8), timeout: 20_000, ended: $0)
        }
        #expect(outcome == .noNetwork)
        #expect(rude.requests.count == 1)
    }

    @Test(arguments: ["http://127.0.0.1:9/", "not a url", "", "http://", "file:///etc/hostname", "https://\u{e5}.invalid/"])
    func whatCannotBeReachedIsNoNetwork(url: String) async {
        #expect(await get(url) == .noNetwork)
    }
}
