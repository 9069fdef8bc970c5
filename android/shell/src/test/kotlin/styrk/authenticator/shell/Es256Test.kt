package styrk.authenticator.shell

import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import styrk.authenticator.core.Key
import styrk.authenticator.core.KeyFailure
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Unlock
import java.math.BigInteger
import java.security.InvalidKeyException
import java.security.KeyPairGenerator
import java.security.KeyStoreException
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec

class Es256Test {
    private fun pair(curve: String) = KeyPairGenerator.getInstance("EC").run {
        initialize(ECGenParameterSpec(curve))
        generateKeyPair()
    }

    /** One key in 128 has a coordinate that Java writes shorter, and every second one that it writes longer. */
    @Test
    fun a_public_key_is_65_bytes_whatever_its_numbers() {
        val keys = generateSequence(Unit) {}.map { pair(Es256.CURVE).public as ECPublicKey }
        val short = keys.first { it.w.affineX.bitLength() <= 248 }
        val long = keys.first { it.w.affineY.bitLength() == 256 }
        for (key in listOf(short, long)) {
            val bytes = Es256.sec1(key)
            assertEquals(65, bytes.size)
            assertEquals(4, bytes[0])
            assertEquals(key.w.affineX, BigInteger(1, bytes.copyOfRange(1, 33)))
            assertEquals(key.w.affineY, BigInteger(1, bytes.copyOfRange(33, 65)))
        }
    }

    @Test
    fun a_key_on_another_curve_is_refused() {
        assertThrows(IllegalArgumentException::class.java) { Es256.sec1(pair("secp384r1").public) }
    }

    @Test
    fun a_key_that_will_never_sign_again_is_invalidated() {
        for (error in listOf(KeyPermanentlyInvalidatedException(), UnrecoverableKeyException())) {
            assertEquals(Outcome.KeyFailed(KeyFailure.INVALIDATED), keyOutcome { throw error })
        }
    }

    /** The account would be lost for a phone that was locked, or a store that was busy. */
    @Test
    fun what_may_work_the_next_time_has_only_failed() {
        val errors = listOf(
            UserNotAuthenticatedException(),
            InvalidKeyException("Keystore operation failed"),
            KeyStoreException(),
            ProviderException(),
            IllegalStateException(),
        )
        for (error in errors) {
            assertEquals(Outcome.KeyFailed(KeyFailure.FAILED), keyOutcome { throw error }) { "$error" }
        }
    }

    @Test
    fun a_key_that_was_deleted_is_gone() {
        val keys = SoftwareKeys()
        val ended = ArrayList<Outcome>()
        keys.create("a", Unlock.CREDENTIAL) { ended += it }
        keys.sign("a", Key.DEVICE, byteArrayOf(1), null) { ended += it }
        keys.delete("a")
        keys.sign("a", Key.APPROVAL, byteArrayOf(1), null) { ended += it }
        assertTrue(ended[0] is Outcome.KeysCreated && ended[1] is Outcome.Signed)
        assertEquals(Outcome.KeyFailed(KeyFailure.INVALIDATED), ended[2])
    }
}
