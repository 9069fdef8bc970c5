package styrk.authenticator.shell

import styrk.authenticator.core.Config
import styrk.authenticator.core.Core
import styrk.authenticator.core.CoreInterface
import styrk.authenticator.core.Effect
import styrk.authenticator.core.EffectKind
import styrk.authenticator.core.Event
import styrk.authenticator.core.Outcome
import java.util.concurrent.Future
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.atomic.AtomicBoolean

/**
 * Owns the core of one process: events go in, and what the core asks for is carried out, on one thread of its own.
 *
 * An effect is begun when the one before it was, and a save or a deletion of keys is done by then. Nothing on the thread
 * waits for network or user: they report back as outcomes and events, which stand in line like all others.
 */
class EffectRunner internal constructor(private val around: Surroundings, open: () -> CoreInterface) : AutoCloseable {
    private lateinit var own: Thread
    private val thread = ScheduledThreadPoolExecutor(1) { work ->
        Thread({ work.run(); letGo() }, THREAD).also { own = it }
    }
    private val stopped = AtomicBoolean()
    private val timers = HashMap<ULong, Timer>()
    private val sockets = HashMap<ULong, Socket>()
    private lateinit var core: CoreInterface

    /** Opens the core with what was saved last. */
    constructor(config: Config, around: Surroundings) :
        this(around, { Core.open(config, around.saved.read(), around.random(SEED)) })

    init {
        thread.removeOnCancelPolicy = true
        thread.executeExistingDelayedTasksAfterShutdownPolicy = false
        soon { core = open() }
    }

    /** Something happened. The first event says how the app was started: `Launched` or `WakeArrived`. */
    fun event(event: Event) = soon {
        tell(event)
        fireWhatIsDue()
    }

    /**
     * Ends as a kill does: no other effect is begun, and what is under way is not told. It does not wait, and a save that has
     * begun is not disturbed; before another runner is opened, [awaitEnd].
     */
    override fun close() {
        stop()
    }

    /** Waits until this runner touches nothing any longer. Not for the thread that draws: a disk may be slow. */
    fun awaitEnd() {
        if (Thread.currentThread() === own) return
        own.join(PATIENCE)
        check(!own.isAlive) { "an effect does not end" }
    }

    /** Whether it was this call that ended it. */
    private fun stop(): Boolean {
        val first = stopped.compareAndSet(false, true)
        thread.shutdown()
        return first
    }

    /** The last thing that the thread does. */
    private fun letGo() {
        closeSockets()
        if (::core.isInitialized) (core as? AutoCloseable)?.close()
    }

    private fun closeSockets() {
        sockets.values.forEach(Socket::close)
        sockets.clear()
    }

    private fun ended(id: ULong, outcome: Outcome) = soon { carryOut(core.resolve(around.now(), id, outcome)) }

    /** In line, behind all that has been told before. After the end nobody listens. */
    private fun soon(act: () -> Unit) {
        try {
            thread.execute { orFail(act) }
        } catch (_: RejectedExecutionException) {
            return
        }
    }

    private fun orFail(act: () -> Unit) {
        if (stopped.get()) return
        try {
            act()
        } catch (error: Throwable) {
            // Whatever it is, memory that is used up among them: effects that were to follow must not be skipped unseen.
            if (!stop()) return
            closeSockets()
            around.failed(error)
        }
    }

    private fun tell(event: Event) = carryOut(core.dispatch(around.now(), event.wellFormed()))

    private fun carryOut(effects: List<Effect>) {
        for (effect in effects) {
            if (stopped.get()) return
            begin(effect.id, effect.kind)
        }
    }

    private fun begin(id: ULong, kind: EffectKind) {
        val ended = { outcome: Outcome -> ended(id, outcome) }
        when (kind) {
            is EffectKind.CreateKeys -> around.keys.create(kind.account, kind.unlock, ended)
            is EffectKind.Sign -> around.keys.sign(kind.account, kind.key, kind.message, kind.reason, ended)
            is EffectKind.DeleteKeys -> around.keys.delete(kind.account)
            is EffectKind.Post ->
                around.network.post(kind.url, kind.contentType, kind.body, kind.timeout.toLong(), ended)
            is EffectKind.Get -> around.network.get(kind.url, kind.timeout.toLong(), ended)
            is EffectKind.OpenSocket -> sockets[kind.socket] = around.network.open(kind.url, Heard(kind.socket))
            is EffectKind.SendSocket -> sockets[kind.socket]?.send(kind.text)
            is EffectKind.CloseSocket -> sockets.remove(kind.socket)?.close()
            is EffectKind.StartTimer -> startTimer(kind.timer, kind.after.toLong())
            is EffectKind.CancelTimer -> timers.remove(kind.timer)?.wake?.cancel(false)
            is EffectKind.Save -> around.saved.write(kind.state)
            is EffectKind.Notify -> around.notifications.show(kind.text, kind.until)
            is EffectKind.TakeBackNotification -> around.notifications.takeBack()
            is EffectKind.Subscribe -> around.subscriptions.subscribe(kind.account, kind.key)
            is EffectKind.Unsubscribe -> around.subscriptions.unsubscribe(kind.account)
            is EffectKind.Render -> around.draw(core.view())
        }
    }

    private fun startTimer(timer: ULong, after: Long) {
        val wake = thread.schedule({ orFail { fire(timer) } }, after, MILLISECONDS)
        timers.put(timer, Timer(around.elapsed() + after, wake))?.wake?.cancel(false)
    }

    private fun fire(timer: ULong) {
        val known = timers.remove(timer) ?: return
        known.wake.cancel(false)
        tell(Event.TimerFired(timer))
    }

    /** The clock that wakes the thread stands still while an Android phone sleeps; the one that timers go by does not. */
    private fun fireWhatIsDue() {
        val now = around.elapsed()
        timers.filterValues { it.due <= now }.entries.sortedBy { it.value.due }.forEach { fire(it.key) }
    }

    private class Timer(val due: Long, val wake: Future<*>)

    /** What a socket tells, as long as the core has it open: also when it was told in line behind the effect that closes it. */
    private inner class Heard(private val socket: ULong) : SocketListener {
        override fun text(text: String) = soon {
            if (socket in sockets) tell(Event.SocketText(socket, text))
        }

        override fun binary(bytes: ByteArray) = soon {
            if (socket in sockets) tell(Event.SocketBinary(socket, bytes))
        }

        override fun closed(code: Int?) = soon {
            if (sockets.remove(socket) != null) tell(Event.SocketClosed(socket, code?.toUShort()))
        }
    }

    private companion object {
        const val SEED = 32
        const val THREAD = "authenticator"

        /** How long an effect may need that must be done before the next one, in milliseconds. */
        const val PATIENCE = 30_000L
    }
}
