package styrk.authenticator.shell

import styrk.authenticator.core.ScreenModel
import styrk.authenticator.core.Sentence

/** What an [EffectRunner] works with. On a phone these are the system's, in tests stand-ins. */
class Surroundings(
    val keys: KeyStore,
    val network: Network,
    val saved: SavedState,
    val notifications: Notifications,
    val subscriptions: Subscriptions,
    /** Told each new screen, on the runner's thread. */
    val draw: (ScreenModel) -> Unit,
    /**
     * Told when the runner cannot go on, once, on the runner's thread. It has ended: open another one after its
     * [EffectRunner.awaitEnd]. If that one fails as well, wait longer each time.
     */
    val failed: (Throwable) -> Unit,
    /** Milliseconds since 1970. */
    val now: () -> ULong,
    /** Milliseconds since the phone was started, with those that it slept: Android's `SystemClock.elapsedRealtime`. */
    val elapsed: () -> Long,
    /** Fresh bytes from the system's generator. */
    val random: (Int) -> ByteArray,
)

/** Where the core's state lies, sealed, between two starts of the app. */
interface SavedState {
    /** What was written last; `null` when nothing ever was. */
    fun read(): ByteArray?

    /** Is on disk when it returns, whole; an exception ends the runner. */
    fun write(state: ByteArray)
}

/** The one notification of the app. */
interface Notifications {
    /** Shows [text] and takes it back at [until], in milliseconds since 1970. */
    fun show(text: Sentence, until: ULong)

    fun takeBack()
}
