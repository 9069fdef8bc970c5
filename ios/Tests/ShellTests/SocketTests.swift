import Foundation
import Testing

@testable import AuthenticatorShell

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    /// What a socket to `peer` tells.
    private func reports(
        of peer: Peer, ping: Duration = .seconds(45), _ act: (any Socket) -> Void = { _ in }
    ) -> AsyncStream<String> {
        let sockets = SystemSockets(ping: ping)
        let (reports, told) = AsyncStream.makeStream(of: String.self)
        let socket = sockets.open(peer.url) { report in
            switch report {
            case .text(let text): told.yield("text of \(text.utf8.count)")
            case .binary(let bytes): told.yield("binary of \(bytes.count)")
            case .closed:
                told.yield("closed")
                told.finish()
            }
            // As long as it tells something, it is there.
            _ = (sockets, peer)
        }
        act(socket)
        return reports
    }

    private func all(_ reports: AsyncStream<String>) async -> [String] {
        await reports.reduce(into: []) { $0.append($1) }
    }

    @Test(arguments: [Peer.Line.Kind.text, .binary])
    func whatArrivesIsTold(kind: Peer.Line.Kind) async throws {
        let peer = try Peer { line in
            _ = line.hear()
            line.say(kind, Array("\u{e5}".utf8))
            line.say(.close, [0x0f, 0xa1])
            _ = line.hear()
        }
        let told = await all(reports(of: peer) { $0.send("hello") })
        #expect(told == ["\(kind) of 2", "closed"])
    }

    /// Linux's Foundation hands out long frames in pieces, so this is not seen over a connection.
    @Test func aMessageIsTakenUpToTheLimit() {
        func isTaken(_ message: URLSessionWebSocketTask.Message) -> Bool { SocketReport(message) != nil }
        #expect(isTaken(.string(String(repeating: "\u{e5}", count: 32_768))))
        #expect(!isTaken(.string(String(repeating: "\u{e5}", count: 32_769))))
        #expect(isTaken(.data(Data(count: 65_536))))
        #expect(!isTaken(.data(Data(count: 65_537))))
    }

    @Test func anEndThatAnswersNoPingsIsGone() async throws {
        let peer = try Peer { line in while line.hear() != nil {} }
        let told = await all(reports(of: peer, ping: .milliseconds(50)))
        #expect(told == ["closed"])
    }

    @Test func anEndThatAnswersIsAskedAgain() async {
        var pings = 0
        await watch(every: .milliseconds(1)) { answered in
            pings += 1
            if pings < 4 { answered() }
        }
        #expect(pings == 4)
    }

    @Test func closingDoesNotWaitForWhatIsStillToBeSent() async throws {
        let over = DispatchSemaphore(value: 0)
        let peer = try Peer { _ in over.wait() }
        let told = reports(of: peer) { socket in
            for _ in 0..<500 { socket.send(String(repeating: "x", count: 60_000)) }
            socket.close()
        }
        let heard = await all(told)
        over.signal()
        #expect(heard == ["closed"])
    }
}
