package styrk.authenticator.shell

import java.math.BigInteger
import java.security.AlgorithmParameters
import java.security.PrivateKey
import java.security.PublicKey
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.ECParameterSpec

/** ES256 over the Java Cryptography Architecture: the same calls for AndroidKeyStore and for a JDK. */
object Es256 {
    const val CURVE = "secp256r1"
    private const val COORDINATE = 32
    private const val UNCOMPRESSED: Byte = 4

    /** The signature in DER. */
    fun sign(key: PrivateKey, message: ByteArray): ByteArray =
        Signature.getInstance("SHA256withECDSA").run {
            initSign(key)
            update(message)
            sign()
        }

    /** SEC 1, uncompressed: 65 bytes. Only a key on P-256 has that form. */
    fun sec1(key: PublicKey): ByteArray {
        require(key is ECPublicKey && key.params.curve == P256.curve) { "not a key on P-256" }
        return byteArrayOf(UNCOMPRESSED) + coordinate(key.w.affineX) + coordinate(key.w.affineY)
    }

    /** 32 bytes, big-endian. Java's own array is shorter for a small number, and longer for the sign. */
    private fun coordinate(value: BigInteger): ByteArray {
        val bytes = value.toByteArray()
        val digits = bytes.copyOfRange(maxOf(0, bytes.size - COORDINATE), bytes.size)
        return ByteArray(COORDINATE - digits.size) + digits
    }

    private val P256: ECParameterSpec = AlgorithmParameters.getInstance("EC").run {
        init(ECGenParameterSpec(CURVE))
        getParameterSpec(ECParameterSpec::class.java)
    }
}
