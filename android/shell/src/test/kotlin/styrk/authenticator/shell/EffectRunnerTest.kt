package styrk.authenticator.shell

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import styrk.authenticator.core.Config
import styrk.authenticator.core.CoreException
import styrk.authenticator.core.Event
import styrk.authenticator.core.Key
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Screen
import styrk.authenticator.core.ScreenModel
import styrk.authenticator.core.Sentence
import styrk.authenticator.core.Unlock
import java.io.File
import java.io.IOException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS

/** The order of effects, and how a runner ends. What they do is in [LifeTest]. */
class EffectRunnerTest {
    private val done = LinkedBlockingQueue<String>()
    private val screens = LinkedBlockingQueue<ScreenModel>()
    private val failures = LinkedBlockingQueue<Throwable>()
    private var saver: Thread? = null
    private var seed = 32
    private var full: Throwable? = null
    private var state: ByteArray? = null
    private val software = SoftwareKeys()
    private var runner: EffectRunner? = null

    private val keys = object : KeyStore by software {
        override fun create(account: String, unlock: Unlock, ended: (Outcome) -> Unit) {
            done += "create"
            software.create(account, unlock, ended)
        }

        override fun sign(account: String, key: Key, message: ByteArray, reason: Sentence?, ended: (Outcome) -> Unit) {
            done += "sign"
            saver?.let { assertEquals(it, Thread.currentThread()) }
        }
    }

    private val network = object : Network {
        override fun post(url: String, contentType: String, body: ByteArray, timeout: Long, ended: (Outcome) -> Unit) {
            done += "post"
        }

        override fun get(url: String, timeout: Long, ended: (Outcome) -> Unit) = ended(Outcome.NoNetwork)

        override fun open(url: String, listener: SocketListener) = object : Socket {
            override fun send(text: String) = Unit
            override fun close() {
                done += "close socket"
            }
        }
    }

    private fun open(): EffectRunner {
        val around = Surroundings(
            keys = keys,
            network = network,
            saved = object : SavedState {
                override fun read() = state
                override fun write(state: ByteArray) {
                    full?.let { throw it }
                    saver = Thread.currentThread()
                    done += "saved"
                }
            },
            notifications = object : Notifications {
                override fun show(text: Sentence, until: ULong) = Unit
                override fun takeBack() = Unit
            },
            subscriptions = Subscriptions.None,
            draw = screens::add,
            failed = failures::add,
            now = { 1_800_000_000_000UL },
            elapsed = { 0 },
            random = { ByteArray(if (it == 32) seed else it) },
        )
        return EffectRunner(Config("1.0.0", "JVM", "Linux", true), around).also { runner = it }
    }

    /** As it is saved in a scenario. */
    private fun anAccount() {
        val text = File(System.getProperty("repository"), "tests/scenarios/no-network.json").readText()
        val opening = Json.parseToJsonElement(text).jsonObject.getValue("open").jsonObject
        state = opening.getValue("saved").jsonPrimitive.content.toByteArray()
    }

    @AfterEach
    fun close() {
        runner?.close()
        runner?.awaitEnd()
    }

    private inline fun <reified T : Screen> awaitScreen() {
        while (true) {
            val model = checkNotNull(screens.poll(30, SECONDS)) { "no ${T::class.simpleName}" }
            if (model.screen is T) return
        }
    }

    /** To remove an account is saved before the service is told. */
    private fun remove() {
        anAccount()
        val runner = open()
        runner.event(Event.Launched)
        awaitScreen<Screen.Accounts>()
        assertEquals("sign", done.poll(30, SECONDS))
        val id = Regex(""""id":"([^"]*)"""").find(String(state!!))!!.groupValues[1]
        listOf(Event.OpenAccount(id), Event.RemoveAccount, Event.RemoveConfirmed).forEach(runner::event)
        awaitScreen<Screen.RemoveAccount>()
    }

    /** On one thread, so that a save is done when it has returned. */
    @Test
    fun an_effect_is_begun_when_what_stands_before_it_is_saved() {
        remove()
        val order = generateSequence { done.poll(30, SECONDS) }.filter { it != "close socket" }
        assertEquals(listOf("saved", "sign"), order.take(2).toList())
    }

    @Test
    fun a_runner_that_cannot_save_stops_and_says_so() = stops(IOException("the disk is full"))

    @Test
    fun so_does_one_whose_memory_is_used_up() = stops(OutOfMemoryError())

    private fun stops(why: Throwable) {
        full = why
        remove()
        assertEquals(why, failures.poll(30, SECONDS))
        runner!!.event(Event.Back)
        runner!!.close()
        runner!!.awaitEnd()
        assertEquals(listOf("close socket"), done.toList())
        assertTrue(failures.isEmpty())
    }

    @Test
    fun a_core_that_does_not_open_is_told() {
        seed = 31
        open().event(Event.Launched)
        assertTrue(failures.poll(30, SECONDS) is CoreException.Seed)
        assertTrue(screens.isEmpty())
    }

    @Test
    fun after_the_end_nothing_happens() {
        anAccount()
        val runner = open()
        runner.event(Event.Launched)
        awaitScreen<Screen.Accounts>()
        runner.close()
        runner.close()
        runner.event(Event.AddAccount)
        runner.awaitEnd()
        assertEquals(listOf("sign"), done.filter { it != "close socket" })
        assertTrue(screens.isEmpty() && failures.isEmpty())
    }

    @Test
    fun half_a_character_is_a_code_of_nobody() {
        val runner = open()
        for (event in listOf(Event.Launched, Event.AddAccount, Event.ChooseScan, Event.QrScanned("\uD800"))) {
            runner.event(event)
        }
        awaitScreen<Screen.Scan>()
        awaitScreen<Screen.AddAccount>()
        runner.event(Event.ChooseTyped)
        awaitScreen<Screen.TypeCode>()
        runner.event(Event.CodeTyped("a\uDC00@regionx.example", "\uD800", ""))
        runner.event(Event.NumberEntered("\uD800"))
        runner.event(Event.LinkOpened("\uDC00"))
        runner.event(Event.PictureRead("\uDC00"))
        runner.event(Event.Back)
        awaitScreen<Screen.AddAccount>()
        assertTrue(failures.isEmpty())
    }
}
