import Foundation

#if canImport(Glibc)
import Glibc
private let stream = Int32(SOCK_STREAM.rawValue)
#else
import Darwin
private let stream = SOCK_STREAM
#endif

/// A socket that listens on a port of its own, on the loopback.
func listen() throws -> (socket: Int32, port: UInt16) {
    #if canImport(Glibc)
    let socket = Glibc.socket(AF_INET, stream, 0)
    #else
    let socket = Darwin.socket(AF_INET, stream, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &length) == 0
        }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    return (socket, UInt16(bigEndian: address.sin_port))
}

/// Sends all of it, as far as the other end is there.
func sendAll(_ bytes: [UInt8], on connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let sent = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent > 0 else { break }
        rest = rest.dropFirst(sent)
    }
}

/// Listens on a port of its own and answers each request with what it is told to: nothing leaves the connection open, and
/// an empty answer closes it.
final class Listener: @unchecked Sendable {
    let url: String
    private let socket: Int32
    private let lock = NSLock()
    private var heard: [String] = []
    private var open: [Int32] = []

    var requests: [String] { lock.withLock { heard } }

    init(_ answer: @escaping @Sendable (String) -> String?) throws {
        let (socket, port) = try listen()
        self.socket = socket
        url = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0, let self else { return }
                serve(connection, answer)
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
        open.forEach { close($0) }
    }

    private func serve(_ connection: Int32, _ answer: (String) -> String?) {
        let request = read(connection)
        lock.withLock { heard.append(request) }
        guard let answer = answer(request) else { return lock.withLock { open.append(connection) } }
        sendAll(Array(answer.utf8), on: connection)
        // A promise of more than was said is left open.
        if answer.hasSuffix("half") { return lock.withLock { open.append(connection) } }
        close(connection)
    }

    /// Head and body.
    private func read(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var some = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n") {
                let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if text[head.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(connection, &some, some.count, 0)
            guard count > 0 else { return text }
            bytes += some.prefix(count)
        }
    }
}
