package styrk.authenticator.shell

import styrk.authenticator.core.Key
import styrk.authenticator.core.KeyFailure
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Sentence
import styrk.authenticator.core.Unlock
import java.security.UnrecoverableKeyException

/** The phone's key store, with the prompt that unlocks the approval key. */
interface KeyStore {
    /** Makes both keys of [account]; `ended` is told [Outcome.KeysCreated] or [Outcome.KeyFailed], once, on any thread. */
    fun create(account: String, unlock: Unlock, ended: (Outcome) -> Unit)

    /**
     * Signs [message]; `ended` is told [Outcome.Signed] or [Outcome.KeyFailed], once, on any thread. A key that is not there is
     * `INVALIDATED`.
     */
    fun sign(account: String, key: Key, message: ByteArray, reason: Sentence?, ended: (Outcome) -> Unit)

    /** Deletes both keys of [account], if there are any, before it returns. */
    fun delete(account: String)
}

/** What `act` comes to, with the exceptions of the Java Cryptography Architecture as the core's failures. */
inline fun keyOutcome(act: () -> Outcome): Outcome = try {
    act()
} catch (error: Exception) {
    Outcome.KeyFailed(keyFailure(error))
}

/**
 * `INVALIDATED` ends the use of an account, so it is for a key that will never sign again and for nothing else: a phone that
 * is locked or a store that is busy throws an `InvalidKeyException` as well, Android's `UserNotAuthenticatedException`.
 */
@PublishedApi
internal fun keyFailure(error: Exception): KeyFailure = when {
    error is UnrecoverableKeyException || error.javaClass.name == INVALIDATED -> KeyFailure.INVALIDATED
    else -> KeyFailure.FAILED
}

/** By its name: there is no Android here. */
private const val INVALIDATED = "android.security.keystore.KeyPermanentlyInvalidatedException"
