package styrk.authenticator.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.nio.charset.CharacterCodingException
import java.util.concurrent.Callable
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors

/** What a shell should not do and a phone should not meet: the core refuses it, and the process lives. */
class BadLuckTest {
    private val now = 1_800_000_000_000UL

    private fun open(saved: ByteArray? = null, seed: ByteArray = ByteArray(32)) =
        Core.open(Config("1.0.0", "Pixel 9", "Android 16", false), saved, seed)

    /** The core still does what it is there for. */
    private fun assertWorks(core: Core) {
        core.dispatch(now, Event.Done)
        core.dispatch(now, Event.AddAccount)
        assertTrue(core.view().screen is Screen.AddAccount) { "${core.view()}" }
        core.dispatch(now, Event.Back)
        assertTrue(core.view().screen is Screen.Accounts) { "${core.view()}" }
    }

    @Test
    fun saved_state_that_cannot_be_read_is_told_on_the_screen() {
        val saved = File(System.getProperty("repository"), "tests/scenarios/saved/version-1.json").readBytes()
        open(saved).use { core ->
            core.dispatch(now, Event.Launched)
            assertTrue((core.view().screen as Screen.Accounts).accounts.isNotEmpty())
        }
        val garbage = listOf(byteArrayOf(), ByteArray(4096) { -1 }, saved.copyOf(saved.size / 2), saved + saved)
        for (bytes in garbage) {
            open(bytes).use { core ->
                core.dispatch(now, Event.Launched)
                val screen = core.view().screen
                assertEquals(Mood.BAD, (screen as? Screen.Result)?.mood) { "${bytes.size} bytes: $screen" }
            }
        }
    }

    @Test
    fun the_outcome_of_an_unknown_effect_changes_nothing_and_is_counted() {
        open().use { core ->
            core.dispatch(now, Event.Launched)
            val before = core.view()
            assertEquals(0UL, core.ignored())
            assertEquals(emptyList<Effect>(), core.resolve(now, 99UL, Outcome.NoNetwork))
            assertEquals(emptyList<Effect>(), core.resolve(now, ULong.MAX_VALUE, Outcome.Signed(ByteArray(64))))
            assertEquals(before, core.view())
            assertEquals(2UL, core.ignored())
        }
    }

    @Test
    fun a_code_of_ten_megabytes_is_refused() {
        open().use { core ->
            core.dispatch(now, Event.AddAccount)
            core.dispatch(now, Event.ChooseScan)
            core.dispatch(now, Event.QrScanned("å".repeat(5_000_000)))
            val problem = (core.view().screen as Screen.AddAccount).problem
            assertTrue(problem != null)
            core.dispatch(now, Event.Back)
            assertWorks(core)
        }
    }

    /** Kotlin's strings can hold what is no text; the generated code throws before anything has crossed. */
    @Test
    fun half_a_character_is_refused_and_the_core_goes_on() {
        open().use { core ->
            for (text in listOf("\uD800", "https://mfa.regionx.example/e#\uDC00")) {
                assertThrows(CharacterCodingException::class.java) { core.dispatch(now, Event.QrScanned(text)) }
            }
            assertEquals(0UL, core.ignored())
            assertWorks(core)
        }
        val config = Config("\uD800", "", "", false)
        assertThrows(CharacterCodingException::class.java) { Core.open(config, null, ByteArray(32)) }
    }

    @Test
    fun a_seed_of_another_length_is_refused() {
        for (length in listOf(0, 31, 33)) {
            assertThrows(CoreException.Seed::class.java) { open(seed = ByteArray(length)) }
        }
    }

    @Test
    fun closing_twice_is_closing_once_and_a_call_after_it_is_an_exception() {
        val core = open()
        core.close()
        core.close()
        assertThrows(IllegalStateException::class.java) { core.dispatch(now, Event.Launched) }
        assertThrows(IllegalStateException::class.java) { core.view() }
        open().use(::assertWorks)
    }

    @Test
    fun a_failure_inside_is_an_error_and_the_end_of_this_core() {
        open().use { core ->
            assertThrows(CoreException.Broken::class.java) { core.dispatch(ULong.MAX_VALUE, Event.Launched) }
            assertThrows(CoreException.Broken::class.java) { core.view() }
        }
        open().use(::assertWorks)
    }

    @Test
    fun eight_threads_may_call_at_once() {
        val threads = Executors.newFixedThreadPool(THREADS)
        open().use { core ->
            val together = CyclicBarrier(THREADS)
            val calls = List(THREADS) {
                Callable {
                    together.await()
                    (1..ROUNDS).flatMap { round ->
                        if (round % 10 == 0) core.resolve(now, 1_000_000UL, Outcome.NoNetwork)
                        core.view()
                        core.dispatch(now, if (round % 2 == 0) Event.AddAccount else Event.Back).map(Effect::id)
                    }
                }
            }
            val ids = threads.invokeAll(calls).flatMap { it.get() }
            assertTrue(ids.isNotEmpty())
            assertEquals(ids.size, ids.toSet().size, "an effect's id was used twice")
            assertTrue(core.ignored() >= (THREADS * ROUNDS / 10).toULong())
            assertWorks(core)
        }
        threads.shutdown()
    }

    private companion object {
        const val THREADS = 8
        const val ROUNDS = 100
    }
}
