package styrk.authenticator.shell

import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import styrk.authenticator.core.CoreException
import styrk.authenticator.core.CoreInterface
import styrk.authenticator.core.Effect
import styrk.authenticator.core.EffectKind
import styrk.authenticator.core.Event
import styrk.authenticator.core.Key
import styrk.authenticator.core.KeyFailure
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.PushAddress
import styrk.authenticator.core.Screen
import styrk.authenticator.core.ScreenModel
import styrk.authenticator.core.Sentence
import styrk.authenticator.core.Unlock
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicLong

/** What a runner does when a core asks for what no test can make the real one ask for at will. */
class ScriptedRunnerTest {
    private val log = LinkedBlockingQueue<String>()
    private val failures = LinkedBlockingQueue<Throwable>()
    private val listeners = LinkedBlockingQueue<SocketListener>()
    private val ends = LinkedBlockingQueue<(Outcome) -> Unit>()
    private val elapsed = AtomicLong(HOUR)
    private val saving = CountDownLatch(1)
    private val runners = ArrayList<EffectRunner>()

    /** A core that says what a test wants, and writes down what it was told. */
    private inner class Script(private vararg val effects: Pair<Event, List<EffectKind>>) : CoreInterface {
        @Volatile
        var broken = false
        val reached = CountDownLatch(1)
        val held = CountDownLatch(1)

        override fun dispatch(now: ULong, event: Event): List<Effect> {
            if (broken) throw CoreException.Broken()
            log += event::class.simpleName!!
            if (event == Event.Retry) {
                reached.countDown()
                check(held.await(30, SECONDS))
            }
            return effects.toMap()[event].orEmpty().mapIndexed { id, kind -> Effect(id.toULong(), kind) }
        }

        override fun resolve(now: ULong, id: ULong, outcome: Outcome): List<Effect> {
            log += "$id ${outcome::class.simpleName}"
            return emptyList()
        }

        override fun view() = ScreenModel(Screen.Scan, false, null, null, null)
        override fun ignored() = 0UL

        /** What is told meanwhile stands in line. */
        fun meanwhile(runner: EffectRunner, tell: () -> Unit) {
            runner.event(Event.Retry)
            assertTrue(reached.await(30, SECONDS))
            tell()
            held.countDown()
        }
    }

    private val around = Surroundings(
        keys = object : KeyStore {
            override fun create(account: String, unlock: Unlock, ended: (Outcome) -> Unit) {
                log += "create $account"
                ends += ended
            }

            override fun sign(account: String, key: Key, message: ByteArray, reason: Sentence?, ended: (Outcome) -> Unit) {
                log += "sign $account"
            }

            override fun delete(account: String) {
                log += "delete $account"
            }
        },
        network = object : Network {
            override fun post(url: String, contentType: String, body: ByteArray, timeout: Long, ended: (Outcome) -> Unit) = Unit
            override fun get(url: String, timeout: Long, ended: (Outcome) -> Unit) = Unit
            override fun open(url: String, listener: SocketListener): Socket {
                log += "open $url"
                listeners += listener
                return object : Socket {
                    override fun send(text: String) {
                        log += "send $text"
                    }

                    override fun close() {
                        log += "close"
                    }
                }
            }
        },
        saved = object : SavedState {
            override fun read() = null
            override fun write(state: ByteArray) {
                log += "saving"
                check(saving.await(30, SECONDS))
                log += "saved"
            }
        },
        notifications = object : Notifications {
            override fun show(text: Sentence, until: ULong) = Unit
            override fun takeBack() = Unit
        },
        subscriptions = object : Subscriptions {
            override fun subscribe(account: String, key: String) {
                log += "subscribe $account $key"
            }

            override fun unsubscribe(account: String) {
                log += "unsubscribe $account"
            }
        },
        draw = { log += "draw" },
        failed = failures::add,
        now = { 7UL },
        elapsed = elapsed::get,
        random = ::ByteArray,
    )

    private fun runner(script: CoreInterface) = EffectRunner(around) { script }.also(runners::add)

    @AfterEach
    fun end() {
        saving.countDown()
        runners.forEach(EffectRunner::close)
        runners.forEach(EffectRunner::awaitEnd)
    }

    private fun assertLog(vararg lines: String) = assertEquals(lines.toList(), lines.map { log.poll(30, SECONDS) })

    @Test
    fun closing_waits_for_nobody_and_does_not_disturb_a_save() {
        val runner = runner(Script(Event.Refresh to listOf(EffectKind.Save(byteArrayOf()), EffectKind.DeleteKeys("a"))))
        runner.event(Event.Refresh)
        assertLog("Refresh", "saving")
        runner.close()
        runner.event(Event.Back)
        saving.countDown()
        runner.awaitEnd()
        assertEquals(listOf("saved"), log.toList())
        assertTrue(failures.isEmpty())
    }

    @Test
    fun a_socket_that_an_effect_closed_tells_nothing_more() {
        val script = Script(
            Event.Refresh to listOf(EffectKind.OpenSocket(5UL, "wss://x"), EffectKind.SendSocket(5UL, "y")),
            Event.Back to listOf(EffectKind.CloseSocket(5UL)),
        )
        val runner = runner(script)
        runner.event(Event.Refresh)
        assertLog("Refresh", "open wss://x", "send y")
        val listener = listeners.take()
        listener.text("hello")
        assertLog("SocketText")
        script.meanwhile(runner) {
            runner.event(Event.Back)
            listener.binary(byteArrayOf())
            listener.closed(1000)
            runner.event(Event.Done)
        }
        assertLog("Retry", "Back", "close", "Done")
    }

    /** What a socket told before `Back` is told before it, whatever else stands in line. */
    @Test
    fun what_a_socket_tells_is_told_in_its_place() {
        val script = Script(
            Event.Refresh to listOf(EffectKind.OpenSocket(5UL, "wss://x")),
            Event.Back to listOf(EffectKind.CloseSocket(5UL)),
        )
        val runner = runner(script)
        runner.event(Event.Refresh)
        assertLog("Refresh", "open wss://x")
        val listener = listeners.take()
        script.meanwhile(runner) {
            listener.text("hello")
            runner.event(Event.Back)
        }
        assertLog("Retry", "SocketText", "Back", "close")
    }

    @Test
    fun the_end_of_a_socket_is_told_once() {
        val runner = runner(Script(Event.Refresh to listOf(EffectKind.OpenSocket(5UL, "wss://x"))))
        runner.event(Event.Refresh)
        assertLog("Refresh", "open wss://x")
        val listener = listeners.take()
        listener.closed(4003)
        listener.closed(null)
        runner.event(Event.Done)
        assertLog("SocketClosed", "Done")
    }

    @Test
    fun a_timer_fires_once_and_not_when_it_is_cancelled() {
        val runner = runner(
            Script(
                Event.Refresh to listOf(EffectKind.StartTimer(1UL, 1UL)),
                Event.Back to listOf(
                    EffectKind.StartTimer(2UL, 1UL), EffectKind.CancelTimer(2UL), EffectKind.StartTimer(3UL, 2UL),
                ),
            ),
        )
        runner.event(Event.Refresh)
        assertLog("Refresh", "TimerFired")
        runner.event(Event.Back)
        assertLog("Back", "TimerFired")
        elapsed.addAndGet(HOUR)
        runner.event(Event.Done)
        runner.event(Event.Confirmed)
        assertLog("Done", "Confirmed")
    }

    /** The thread's own clock stood still. */
    @Test
    fun timers_that_ran_out_while_the_phone_slept_fire_when_something_happens() {
        val runner = runner(
            Script(
                Event.Refresh to listOf(
                    EffectKind.StartTimer(1UL, (2 * HOUR).toULong()), EffectKind.StartTimer(2UL, HOUR.toULong()),
                    EffectKind.OpenSocket(1UL, "wss://x"),
                ),
            ),
        )
        runner.event(Event.Refresh)
        // Begun after the timers, and what it tells is told after the look at them: the clock changes under neither.
        assertLog("Refresh", "open wss://x")
        elapsed.addAndGet(HOUR - 1)
        runner.event(Event.Foregrounded)
        runner.event(Event.Backgrounded)
        listeners.take().text("here")
        assertLog("Foregrounded", "Backgrounded", "SocketText")
        elapsed.addAndGet(HOUR + 1)
        runner.event(Event.WakeArrived(byteArrayOf()))
        runner.event(Event.Foregrounded)
        assertLog("WakeArrived", "TimerFired", "TimerFired", "Foregrounded")
    }

    @Test
    fun subscriptions_are_asked_for_and_what_they_bring_is_told() {
        val address = Event.AddressTold(PushAddress.WebPush("a", "https://push.example/\ud800", "k", "s"))
        val runner = runner(
            Script(
                Event.Refresh to listOf(EffectKind.Subscribe("a", "key"), EffectKind.Unsubscribe("b")),
                address.copy(PushAddress.WebPush("a", "https://push.example/?", "k", "s")) to listOf(EffectKind.Render),
            ),
        )
        runner.event(Event.Refresh)
        assertLog("Refresh", "subscribe a key", "unsubscribe b")
        // A distributor is another app, and may say half a character.
        runner.event(address)
        runner.event(requireNotNull(wakeIn(mapOf("w" to "-_8"))))
        assertLog("AddressTold", "draw", "WakeArrived")
    }

    @Test
    fun a_wake_is_found_in_what_fcm_brings() {
        assertArrayEquals(byteArrayOf(-5, -1), wakeIn(mapOf("w" to "-_8", "x" to "y"))?.bytes)
        assertNull(wakeIn(mapOf("x" to "y")))
        assertNull(wakeIn(mapOf("w" to "+/8=!")))
    }

    @Test
    fun a_core_that_fails_inside_is_told_and_another_one_hears_nothing_of_before() {
        val first = Script(
            Event.Refresh to listOf(EffectKind.CreateKeys("a", Unlock.CREDENTIAL), EffectKind.OpenSocket(1UL, "wss://x")),
        )
        val runner = runner(first)
        runner.event(Event.Refresh)
        assertLog("Refresh", "create a", "open wss://x")
        first.broken = true
        runner.event(Event.Back)
        assertTrue(failures.poll(30, SECONDS) is CoreException.Broken)
        runner.awaitEnd()
        assertLog("close")
        val second = runner(Script())
        ends.take()(Outcome.KeyFailed(KeyFailure.CANCELLED))
        listeners.take().text("late")
        second.event(Event.Done)
        assertLog("Done")
        assertTrue(failures.isEmpty())
    }

    private companion object {
        /** Milliseconds. */
        const val HOUR = 3_600_000L
    }
}
