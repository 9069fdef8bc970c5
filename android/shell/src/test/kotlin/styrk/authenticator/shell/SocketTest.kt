package styrk.authenticator.shell

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS

/** WebSockets over OkHttp. */
class SocketTest {
    private val told = LinkedBlockingQueue<String>()
    private val network = OkHttpNetwork()

    private val listener = object : SocketListener {
        override fun text(text: String) {
            told += "text of ${text.toByteArray().size}"
        }

        override fun binary(bytes: ByteArray) {
            told += "binary of ${bytes.size}"
        }

        override fun closed(code: Int?) {
            told += "closed $code"
        }
    }

    private fun assertTells(vararg lines: String, act: Peer.Line.() -> Unit) = Peer(act = act).use { peer ->
        val socket = network.open(peer.url, listener)
        assertEquals(lines.toList(), lines.map { told.poll(30, SECONDS) })
        socket.close()
    }

    @Test
    fun compression_is_not_offered() = Peer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") {}.use { peer ->
        network.open(peer.url, listener)
        val asked = peer.asked.get(30, SECONDS)
        assertTrue(asked.any { it.startsWith("Sec-WebSocket-Key", ignoreCase = true) }, asked.toString())
        assertTrue(asked.none { it.startsWith("Sec-WebSocket-Extensions", ignoreCase = true) }, asked.toString())
        assertEquals("closed null", told.poll(30, SECONDS))
    }

    @Test
    fun frames_are_taken_up_to_the_limit() = assertTells("text of 65536", "binary of 65536", "closed 1000") {
        text("å".repeat(32_768))
        binary(ByteArray(65_536))
        goodbye(1000)
    }

    /** Counted as bytes: these are half as many characters. */
    @Test
    fun a_longer_text_ends_the_socket() = assertTells("closed null") {
        text("å".repeat(32_769))
        silent()
    }

    @Test
    fun longer_bytes_end_the_socket() = assertTells("closed null") {
        binary(ByteArray(65_537))
        silent()
    }

    @Test
    fun the_code_that_the_service_closed_with_is_told() {
        for (code in listOf(4001, 4003)) assertTells("closed $code") { goodbye(code) }
    }

    @Test
    fun a_socket_that_is_cut_off_has_closed_without_a_code() = assertTells("text of 2", "closed null") { text("hi") }

    @Test
    fun a_socket_that_is_sent_elsewhere_is_none() = Peer { goodbye(1000) }.use { elsewhere ->
        Peer("HTTP/1.1 307 Elsewhere\r\nLocation: ${elsewhere.url.replace("ws:", "http:")}\r\nContent-Length: 0\r\n\r\n") {}.use { peer ->
            network.open(peer.url, listener)
            assertEquals("closed null", told.poll(30, SECONDS))
            assertTrue(!elsewhere.asked.isDone)
        }
    }
}
