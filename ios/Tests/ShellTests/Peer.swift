import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The other end of one WebSocket (RFC 6455): greets, and then does what a test wants.
final class Peer: Sendable {
    let url: String
    private let socket: Int32

    init(_ act: @escaping @Sendable (Line) -> Void) throws {
        let (socket, port) = try listen()
        (self.socket, url) = (socket, "ws://127.0.0.1:\(port)/")
        Thread.detachNewThread {
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { return }
            let line = Line(connection)
            if line.greet() { act(line) }
            close(connection)
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    struct Line: Sendable {
        enum Kind: UInt8 {
            case text = 1
            case binary, close = 8, ping, pong
        }

        private let connection: Int32

        fileprivate init(_ connection: Int32) { self.connection = connection }

        func say(_ kind: Kind, _ bytes: [UInt8] = []) {
            let length = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * (7 - $0))) }
            let head =
                switch bytes.count {
                case 0..<126: [UInt8(bytes.count)]
                case 126..<65_536: [126] + length.suffix(2)
                default: [127] + length
                }
            sendAll([0x80 | kind.rawValue] + head + bytes, on: connection)
        }

        /// The next frame of a client, which masks it; nothing when it is gone.
        func hear() -> (kind: UInt8, bytes: [UInt8])? {
            guard let head = read(2) else { return nil }
            let size: [UInt8]? =
                switch head[1] & 0x7f {
                case 126: read(2)
                case 127: read(8)
                case let small: [small]
                }
            guard let size, let mask = read(4) else { return nil }
            guard let bytes = read(size.reduce(0) { $0 << 8 | Int($1) }) else { return nil }
            return (head[0] & 0x0f, bytes.enumerated().map { $0.element ^ mask[$0.offset % 4] })
        }

        fileprivate func greet() -> Bool {
            var head = ""
            while !head.hasSuffix("\r\n\r\n") {
                guard let byte = read(1) else { return false }
                head += String(decoding: byte, as: UTF8.self)
            }
            guard let key = head.firstMatch(of: /(?i)Sec-WebSocket-Key: *(\S+)/)?.1 else { return false }
            let accepted = Data(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
            let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            sendAll(Array((answer + "Sec-WebSocket-Accept: \(accepted)\r\n\r\n").utf8), on: connection)
            return true
        }

        private func read(_ count: Int) -> [UInt8]? {
            var bytes: [UInt8] = []
            var some = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < count {
                let read = recv(connection, &some, min(some.count, count - bytes.count), 0)
                guard read > 0 else { return nil }
                bytes += some.prefix(read)
            }
            return bytes
        }
    }
}

/// FIPS 180-4. Only what greets a WebSocket needs it, and no library has it both here and there.
private func sha1(_ message: [UInt8]) -> [UInt8] {
    var (a, b, c, d, e) = (UInt32(0x6745_2301), UInt32(0xefcd_ab89), UInt32(0x98ba_dcfe), UInt32(0x1032_5476), UInt32(0xc3d2_e1f0))
    func turned(_ value: UInt32, _ by: UInt32) -> UInt32 { value << by | value >> (32 - by) }
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: message.count * 8 >> (8 * (7 - $0))) }
    for block in stride(from: 0, to: padded.count, by: 64) {
        var words = (0..<16).map { word in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[block + word * 4 + $1]) } }
        for n in 16..<80 { words.append(turned(words[n - 3] ^ words[n - 8] ^ words[n - 14] ^ words[n - 16], 1)) }
        let before = (a, b, c, d, e)
        for (n, word) in words.enumerated() {
            let (mixed, constant): (UInt32, UInt32) =
                switch n {
                case 0..<20: (b & c | ~b & d, 0x5a82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            (a, b, c, d, e) = (turned(a, 5) &+ mixed &+ e &+ constant &+ word, a, turned(b, 30), c, d)
        }
        (a, b, c, d, e) = (a &+ before.0, b &+ before.1, c &+ before.2, d &+ before.3, e &+ before.4)
    }
    return [a, b, c, d, e].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * (3 - $0))) } }
}
