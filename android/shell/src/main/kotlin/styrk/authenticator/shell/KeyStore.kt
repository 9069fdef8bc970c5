package styrk.authenticator.shell

import styrk.authenticator.core.Key
import styrk.authenticator.core.KeyFailure
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Sentence
import styrk.authenticator.core.Unlock
import java.security.InvalidKeyException

/** The phone's key store, with the prompt that unlocks the approval key. */
interface KeyStore {
    /** Makes both keys of [account]; `ended` is told [Outcome.KeysCreated] or [Outcome.KeyFailed], once, on any thread. */
    fun create(account: String, unlock: Unlock, ended: (Outcome) -> Unit)

    /** Signs [message]; `ended` is told [Outcome.Signed] or [Outcome.KeyFailed], once, on any thread. */
    fun sign(account: String, key: Key, message: ByteArray, reason: Sentence?, ended: (Outcome) -> Unit)

    /** Deletes both keys of [account], if there are any, before it returns. */
    fun delete(account: String)
}

/** What `act` comes to, with the exceptions of the Java Cryptography Architecture as the core's failures. */
inline fun keyOutcome(act: () -> Outcome): Outcome = try {
    act()
} catch (_: InvalidKeyException) {
    // Android's KeyPermanentlyInvalidatedException is one.
    Outcome.KeyFailed(KeyFailure.INVALIDATED)
} catch (_: Exception) {
    Outcome.KeyFailed(KeyFailure.FAILED)
}
