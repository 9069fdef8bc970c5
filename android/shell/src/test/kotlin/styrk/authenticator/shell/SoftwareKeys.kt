package styrk.authenticator.shell

import styrk.authenticator.core.Key
import styrk.authenticator.core.KeyFailure
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Sentence
import styrk.authenticator.core.Unlock
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.spec.ECGenParameterSpec
import java.util.concurrent.ConcurrentHashMap

/** Keys in memory, and a user who unlocks at once. They outlive the app's process. */
internal class SoftwareKeys : KeyStore {
    private val pairs = ConcurrentHashMap<Pair<String, Key>, KeyPair>()

    val accounts: Set<String>
        get() = pairs.keys.map { it.first }.toSet()

    override fun create(account: String, unlock: Unlock, ended: (Outcome) -> Unit) = ended(
        keyOutcome {
            val (device, approval) = listOf(Key.DEVICE, Key.APPROVAL).map { key ->
                val pair = KeyPairGenerator.getInstance("EC").run {
                    initialize(ECGenParameterSpec(Es256.CURVE))
                    generateKeyPair()
                }
                pairs[account to key] = pair
                Es256.sec1(pair.public)
            }
            Outcome.KeysCreated(device, approval)
        },
    )

    override fun sign(account: String, key: Key, message: ByteArray, reason: Sentence?, ended: (Outcome) -> Unit) {
        val pair = pairs[account to key] ?: return ended(Outcome.KeyFailed(KeyFailure.INVALIDATED))
        ended(keyOutcome { Outcome.Signed(Es256.sign(pair.private, message)) })
    }

    override fun delete(account: String) {
        pairs.keys.removeIf { it.first == account }
    }
}
