package styrk.authenticator.shell

import styrk.authenticator.core.Outcome

/** What is read of an answer or a frame at most. */
const val MAX_ANSWER: Long = 64 * 1024

/** HTTP and WebSockets. Nothing here waits: what happens is told later, on any thread. */
interface Network {
    /** `ended` is told [Outcome.Http] or [Outcome.NoNetwork], once, after [timeout] milliseconds at the latest. */
    fun post(url: String, contentType: String, body: ByteArray, timeout: Long, ended: (Outcome) -> Unit)

    /** As [post]. */
    fun get(url: String, timeout: Long, ended: (Outcome) -> Unit)

    /** Opens a WebSocket. */
    fun open(url: String, listener: SocketListener): Socket
}

/** An open or opening WebSocket. */
interface Socket {
    fun send(text: String)

    /** Ends it; what it still tells its listener means nothing. */
    fun close()
}

/** What a WebSocket tells. */
interface SocketListener {
    fun text(text: String)
    fun binary(bytes: ByteArray)

    /** It has ended, or could not be opened; the last thing that it tells. */
    fun closed(code: Int?)
}
