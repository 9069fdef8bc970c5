import AuthenticatorCore
import AuthenticatorShell
import Foundation
import OpenSSL

/// P-256 keys in memory, in place of the Secure Enclave. Whoever holds the phone always unlocks them.
final class SoftwareKeys: KeyStore, @unchecked Sendable {
    private let lock = NSLock()
    private var pairs: [String: (device: SoftwareKey, approval: SoftwareKey)] = [:]
    /// What the user was asked, one after the other.
    private(set) var prompts: [String] = []

    var accounts: [String] { lock.withLock { pairs.keys.sorted() } }

    func createKeys(account: String, unlock: Unlock, ended: @escaping @Sendable (Outcome) -> Void) {
        let pair = (device: SoftwareKey(), approval: SoftwareKey())
        lock.withLock { pairs[account] = pair }
        ended(.keysCreated(device: pair.device.publicHalf, approval: pair.approval.publicHalf))
    }

    func sign(
        _ message: Data, key: Key, account: String, reason: Sentence?, ended: @escaping @Sendable (Outcome) -> Void
    ) {
        let found = lock.withLock {
            if key == .approval { prompts.append(reason?.key ?? "") }
            return key == .device ? pairs[account]?.device : pairs[account]?.approval
        }
        ended(found.map { .signed(signature: $0.sign(message)) } ?? .keyFailed(why: .invalidated))
    }

    func deleteKeys(account: String) {
        lock.withLock { pairs[account] = nil }
    }
}

private final class SoftwareKey {
    private let key: OpaquePointer

    init() {
        key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)
        precondition(EC_KEY_generate_key(key) == 1)
    }

    deinit {
        EC_KEY_free(key)
    }

    /// SEC 1, uncompressed.
    var publicHalf: Data {
        var bytes = [UInt8](repeating: 0, count: Int(i2o_ECPublicKey(key, nil)))
        bytes.withUnsafeMutableBufferPointer { buffer in
            var end = buffer.baseAddress
            i2o_ECPublicKey(key, &end)
        }
        return Data(bytes)
    }

    /// DER.
    func sign(_ message: Data) -> Data {
        var hash = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256([UInt8](message), message.count, &hash)
        var signature = [UInt8](repeating: 0, count: Int(ECDSA_size(key)))
        var length: UInt32 = 0
        precondition(ECDSA_sign(0, hash, Int32(hash.count), &signature, &length, key) == 1)
        return Data(signature.prefix(Int(length)))
    }
}
