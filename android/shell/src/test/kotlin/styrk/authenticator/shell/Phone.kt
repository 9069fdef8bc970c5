package styrk.authenticator.shell

import okhttp3.OkHttpClient
import styrk.authenticator.core.Config
import styrk.authenticator.core.Event
import styrk.authenticator.core.Outcome
import styrk.authenticator.core.Screen
import styrk.authenticator.core.ScreenModel
import styrk.authenticator.core.Sentence
import java.security.SecureRandom
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/** A phone with the app on it: keys and saved state stay when the app is killed. */
internal class Phone {
    val keys = SoftwareKeys()

    /** How wrong its clock is, in milliseconds. */
    @Volatile
    var clockIsOffBy = 0L

    /** What the service refused, as it said it. */
    val refusals = CopyOnWriteArrayList<String>()

    @Volatile
    private var state: ByteArray? = null
    private val client = OkHttpClient()
    private val changed = ReentrantLock()
    private val change = changed.newCondition()
    private var shown: ScreenModel? = null
    private var failure: Throwable? = null
    private lateinit var runner: EffectRunner

    val now: ULong
        get() = (System.currentTimeMillis() + clockIsOffBy).toULong()

    /** The user starts the app. */
    fun launch() {
        val around = Surroundings(
            keys = keys,
            network = Overheard(OkHttpNetwork(client)),
            saved = object : SavedState {
                override fun read() = state
                override fun write(state: ByteArray) {
                    this@Phone.state = state
                }
            },
            notifications = object : Notifications {
                override fun show(text: Sentence, until: ULong) = Unit
                override fun takeBack() = Unit
            },
            subscriptions = Subscriptions.None,
            draw = { screen -> changed.withLock { shown = screen; change.signalAll() } },
            failed = { error -> changed.withLock { failure = error; change.signalAll() } },
            now = { now },
            elapsed = { NANOSECONDS.toMillis(System.nanoTime()) },
            random = { length -> ByteArray(length).also(SecureRandom()::nextBytes) },
        )
        runner = EffectRunner(Config("1.0.0", "JVM", "Linux", true), around)
        event(Event.Launched)
    }

    /** The system ends the app's process; nobody says goodbye to anybody. */
    fun kill() {
        runner.close()
        runner.awaitEnd()
        client.dispatcher.cancelAll()
        changed.withLock { shown = null }
    }

    fun event(event: Event) = runner.event(event)

    /** Waits until the app shows a screen of this kind that is as [wanted]. */
    inline fun <reified T : Screen> await(crossinline wanted: (T) -> Boolean = { true }): T =
        awaitScreen(T::class.simpleName!!) { it is T && wanted(it) } as T

    @PublishedApi
    internal fun awaitScreen(name: String, wanted: (Screen) -> Boolean): Screen = changed.withLock {
        var left = SECONDS.toNanos(30)
        var found = shown?.screen?.takeIf(wanted)
        while (found == null) {
            failure?.let { throw AssertionError("the runner has failed", it) }
            check(left > 0) { "waited for $name, but it is $shown" }
            left = change.awaitNanos(left)
            found = shown?.screen?.takeIf(wanted)
        }
        found
    }

    private inner class Overheard(private val network: Network) : Network by network {
        override fun post(
            url: String,
            contentType: String,
            body: ByteArray,
            timeout: Long,
            ended: (Outcome) -> Unit,
        ) = network.post(url, contentType, body, timeout) { outcome ->
            if (outcome is Outcome.Http && outcome.status >= 400u) refusals += String(outcome.body)
            ended(outcome)
        }
    }
}
