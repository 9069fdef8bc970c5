import AuthenticatorCore
import Foundation

/// What the phone gives to the app. Each member has one implementation for Apple's systems and one for tests.
public struct Phone: Sendable {
    public let keys: any KeyStore
    public let state: any StateStore
    public let notifications: any Notifications
    public let sockets: any Sockets
    public let http: any Requests
    public let clock: PhoneClock

    public init(
        keys: any KeyStore, state: any StateStore, notifications: any Notifications, sockets: any Sockets,
        http: any Requests = HTTP(), clock: PhoneClock = .system
    ) {
        self.keys = keys
        self.state = state
        self.notifications = notifications
        self.sockets = sockets
        self.http = http
        self.clock = clock
    }
}

/// Two P-256 keys for each account, which never leave it. What is asked for here begins before the call comes back and may
/// end whenever it likes; `ended` is called once, from anywhere.
public protocol KeyStore: Sendable {
    /// Ends with `keysCreated` or `keyFailed`.
    func createKeys(account: String, unlock: Unlock, ended: @escaping @Sendable (Outcome) -> Void)

    /// ECDSA over SHA-256 of `message`. The approval key asks the user first, with `reason`. Ends with `signed` or
    /// `keyFailed`.
    func sign(
        _ message: Data, key: Key, account: String, reason: Sentence?, ended: @escaping @Sendable (Outcome) -> Void
    )

    /// They are gone when this comes back.
    func deleteKeys(account: String)
}

/// The bytes that the core saved last, sealed, outside of all backups.
public protocol StateStore: Sendable {
    /// Nothing when nothing was ever saved. Throws when something is there that cannot be read now, such as before the phone's
    /// first unlock: an empty phone would replace it.
    func load() throws -> Data?

    /// They are kept when this comes back, whole or not at all. Throws when they are not.
    func save(_ state: Data) throws
}

/// The one notification.
public protocol Notifications: Sendable {
    /// Until that time of the phone's clock, in milliseconds since 1970.
    func show(_ text: Sentence, until: UInt64)
    func takeBack()
}

/// HTTP. A request begins before the call comes back; `ended` is called once, from anywhere, after `timeout` milliseconds at
/// the latest, with `http` or `noNetwork`.
public protocol Requests: Sendable {
    func get(_ url: String, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void)
    func post(
        _ url: String, contentType: String, body: Data, timeout: UInt64, ended: @escaping @Sendable (Outcome) -> Void
    )
}

/// WebSockets.
public protocol Sockets: Sendable {
    /// Frames are reported in their order; nothing is reported after `closed`.
    func open(_ url: String, report: @escaping @Sendable (SocketReport) -> Void) -> any Socket
}

/// A socket that is open or opening.
public protocol Socket: Sendable {
    /// Does not wait; texts go out in the order of the calls.
    func send(_ text: String)
    func close()
}

public enum SocketReport: Sendable {
    case text(String)
    case binary(Data)
    /// It has ended or could not be opened.
    case closed(code: UInt16?)
}

/// Time, as the phone has it.
public struct PhoneClock: Sendable {
    /// Milliseconds since 1970.
    public let now: @Sendable () -> UInt64
    /// Comes back after so many milliseconds, or throws when its task is cancelled.
    public let sleep: @Sendable (UInt64) async throws -> Void

    public init(
        now: @escaping @Sendable () -> UInt64, sleep: @escaping @Sendable (UInt64) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    public static let system = PhoneClock(
        now: { UInt64(Date().timeIntervalSince1970 * 1000) },
        sleep: { try await Task.sleep(for: .milliseconds($0)) }
    )
}
