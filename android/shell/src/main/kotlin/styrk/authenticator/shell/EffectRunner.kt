package styrk.authenticator.shell

import styrk.authenticator.core.Config
import styrk.authenticator.core.Core
import styrk.authenticator.core.Effect
import styrk.authenticator.core.EffectKind
import styrk.authenticator.core.Event
import styrk.authenticator.core.Outcome
import java.util.concurrent.Future
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.ThreadFactory
import java.util.concurrent.TimeUnit.MILLISECONDS

/**
 * Owns the core of one process: events go in, and what the core asks for is carried out, on one thread of its own.
 *
 * An effect is begun when the one before it was, and a save or a deletion of keys is done by then. Nothing on the thread
 * waits for network or user: they report back as outcomes and events, which stand in line like all others.
 */
class EffectRunner(config: Config, private val around: Surroundings) : AutoCloseable {
    private lateinit var own: Thread
    private val thread = ScheduledThreadPoolExecutor(1, ThreadFactory { Thread(it, THREAD).also { own = it } })
    private val timers = HashMap<ULong, Future<*>>()
    private val sockets = HashMap<ULong, Socket>()
    private lateinit var core: Core

    init {
        thread.removeOnCancelPolicy = true
        soon { core = Core.open(config, around.saved.read(), around.random(SEED)) }
    }

    /** Something happened. The first event says how the app was started: `Launched` or `WakeArrived`. */
    fun event(event: Event) = soon { carryOut(core.dispatch(around.now(), event.wellFormed())) }

    /**
     * Ends at once, as a kill does: what is under way is not told. What was saved is what the next runner begins with,
     * and this one touches nothing any longer when it has returned.
     */
    override fun close() {
        thread.shutdownNow()
        val ended = Thread.currentThread() === own || thread.awaitTermination(PATIENCE, MILLISECONDS)
        check(ended) { "an effect does not end" }
        sockets.values.forEach(Socket::close)
        if (::core.isInitialized) core.close()
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
        try {
            act()
        } catch (error: Throwable) {
            // Whatever it is, memory that is used up among them: effects that were to follow must not be skipped unseen.
            if (thread.isShutdown) return
            thread.shutdownNow()
            sockets.values.forEach(Socket::close)
            sockets.clear()
            around.failed(error)
        }
    }

    private fun carryOut(effects: List<Effect>) {
        for (effect in effects) {
            if (thread.isShutdown) return
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
            is EffectKind.StartTimer -> startTimer(kind.timer, kind.after)
            is EffectKind.CancelTimer -> timers.remove(kind.timer)?.cancel(false)
            is EffectKind.Save -> around.saved.write(kind.state)
            is EffectKind.Notify -> around.notifications.show(kind.text, kind.until)
            is EffectKind.TakeBackNotification -> around.notifications.takeBack()
            is EffectKind.Render -> around.draw(core.view())
        }
    }

    private fun startTimer(timer: ULong, after: ULong) {
        val fire = { orFail { if (timers.remove(timer) != null) carryOut(core.dispatch(around.now(), Event.TimerFired(timer))) } }
        timers[timer] = thread.schedule(fire, after.toLong(), MILLISECONDS)
    }

    /** What a socket tells, as long as the core has it open. */
    private inner class Heard(private val socket: ULong) : SocketListener {
        override fun text(text: String) = tell(Event.SocketText(socket, text))
        override fun binary(bytes: ByteArray) = tell(Event.SocketBinary(socket, bytes))
        override fun closed(code: Int?) = soon {
            if (sockets.remove(socket) != null) event(Event.SocketClosed(socket, code?.toUShort()))
        }

        private fun tell(event: Event) = soon { if (socket in sockets) event(event) }
    }

    private companion object {
        const val SEED = 32
        const val THREAD = "authenticator"

        /** How long an effect may need that must be done before the next one, in milliseconds. */
        const val PATIENCE = 10_000L
    }
}
