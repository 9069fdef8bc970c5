package styrk.authenticator.core

import com.sun.jna.Native
import com.sun.jna.NativeLibrary
import com.sun.jna.Pointer
import com.sun.jna.Structure
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.math.BigInteger
import java.security.AlgorithmParameters
import java.security.KeyFactory
import java.security.PrivateKey
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.security.spec.ECParameterSpec
import java.security.spec.ECPrivateKeySpec

/** A phone that asks its service again and again, in one core that lives on. */
class MemoryTest {
    private val core = Core.open(Config("1.0.0", "Pixel 9", "Android 16", false), saved(), ByteArray(32))

    /** An account, as a scenario has it. */
    private fun saved(): ByteArray {
        val scenario = File(System.getProperty("repository"), "tests/scenarios/no-network.json").readText()
        val opening = Json.parseToJsonElement(scenario).jsonObject.getValue("open").jsonObject
        return opening.getValue("saved").jsonPrimitive.content.toByteArray()
    }

    /** That of the scenario's fake key store. */
    private val device: PrivateKey = run {
        val curve = AlgorithmParameters.getInstance("EC").run {
            init(ECGenParameterSpec("secp256r1"))
            getParameterSpec(ECParameterSpec::class.java)
        }
        KeyFactory.getInstance("EC").generatePrivate(ECPrivateKeySpec(BigInteger(1, ByteArray(32) { 102 }), curve))
    }

    /** Also shows that it can fail, in Kotlin's memory as in Rust's: twice what may be kept is too much. */
    @Test
    fun twelve_thousand_calls_keep_nothing() {
        tell(Event.Launched)
        growth {}
        val kept = growth {}
        println("$CALLS calls: ${kept.native} bytes more outside of the heap, ${kept.heap} in it")
        assertTrue(kept.native < BOUND && kept.heap < BOUND) { "$kept" }
        assertEquals(0UL, core.ignored())

        val lost = ArrayList<Pointer>()
        val held = ArrayList<ByteArray>()
        val leaking = growth {
            lost += Pointer(Native.malloc(2 * EACH)).apply { setMemory(0, 2 * EACH, 1) }
            held += ByteArray(2 * EACH.toInt())
        }
        lost.forEach { Native.free(Pointer.nativeValue(it)) }
        assertTrue(leaking.native > BOUND && leaking.heap > BOUND) { "$leaking: a leak would go unseen" }
        assertTrue(held.size >= CALLS)
        core.close()
    }

    /** Carries out what comes of [event], with a service that has nothing. Returns how many calls that took. */
    private fun tell(event: Event): Int {
        var made = 1
        val todo = ArrayDeque(core.dispatch(NOW, event))
        while (todo.isNotEmpty()) {
            val effect = todo.removeFirst()
            val kind = effect.kind
            val outcome = when {
                kind is EffectKind.Sign && kind.key == Key.DEVICE -> Outcome.Signed(sign(kind.message))
                kind is EffectKind.Post -> Outcome.Http(200u, NOTHING)
                else -> continue
            }
            made += 1
            todo += core.resolve(NOW, effect.id, outcome)
        }
        core.view()
        return made
    }

    private fun sign(message: ByteArray): ByteArray = Signature.getInstance("SHA256withECDSA").run {
        initSign(device)
        update(message)
        sign()
    }

    private data class Growth(val native: Long, val heap: Long)

    private fun growth(atEachCall: () -> Unit): Growth {
        val (native, heap) = used()
        var made = 0
        while (made < CALLS) {
            val asked = tell(Event.Refresh)
            assertEquals(3, asked, "asked, signed and answered")
            repeat(asked) { atEachCall() }
            made += asked
        }
        val now = used()
        return Growth(now.native - native, now.heap - heap)
    }

    /**
     * What is held outside of Java's heap and in it, once nothing more is given back: what JNA holds is freed by another
     * thread, some time after the collection that found it.
     */
    private fun used(): Growth {
        var least = usedNow()
        var rounds = 0
        while (rounds < STEADY) {
            System.gc()
            Thread.sleep(50)
            val now = usedNow()
            rounds = if (now.native < least.native || now.heap < least.heap) 0 else rounds + 1
            least = Growth(minOf(now.native, least.native), minOf(now.heap, least.heap))
        }
        return least
    }

    private fun usedNow(): Growth {
        val told = NativeLibrary.getInstance("c").getFunction("mallinfo2").invoke(Allocations.ByValue::class.java, null)
        val native = (told as Allocations).run { uordblks + hblkhd }
        return Growth(native, Runtime.getRuntime().run { totalMemory() - freeMemory() })
    }

    /** As in glibc's `malloc.h`. */
    @Structure.FieldOrder(
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )
    open class Allocations : Structure() {
        @JvmField var arena = 0L
        @JvmField var ordblks = 0L
        @JvmField var smblks = 0L
        @JvmField var hblks = 0L
        @JvmField var hblkhd = 0L
        @JvmField var usmblks = 0L
        @JvmField var fsmblks = 0L
        @JvmField var uordblks = 0L
        @JvmField var fordblks = 0L
        @JvmField var keepcost = 0L

        class ByValue : Allocations(), Structure.ByValue
    }

    private companion object {
        const val NOW = 1_800_000_000_000UL
        const val CALLS = 12_000
        const val STEADY = 5

        /** What each call may keep, in bytes. */
        const val EACH = 100L
        const val BOUND = CALLS * EACH
        val NOTHING = """{"now":1800000000,"challenges":[],"ended":[],"confirmed":true}""".toByteArray()
    }
}
