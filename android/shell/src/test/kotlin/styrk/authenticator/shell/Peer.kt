package styrk.authenticator.shell

import java.io.DataInputStream
import java.io.DataOutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.security.MessageDigest
import java.util.Base64
import java.util.concurrent.CompletableFuture
import kotlin.concurrent.thread

/** The other end of one WebSocket (RFC 6455): greets, and then does what a test wants. */
internal class Peer(private val greet: String? = null, private val act: Line.() -> Unit) : AutoCloseable {
    private val listener = ServerSocket(0, 1, InetAddress.getLoopbackAddress())
    val url = "ws://127.0.0.1:${listener.localPort}/"

    /** The lines of the request that opened it. */
    val asked = CompletableFuture<List<String>>()

    init {
        thread(isDaemon = true) {
            runCatching {
                listener.accept().use { connection ->
                    val input = DataInputStream(connection.getInputStream())
                    val output = DataOutputStream(connection.getOutputStream())
                    val head = generateSequence { line(input).takeIf(String::isNotEmpty) }.toList()
                    asked.complete(head)
                    output.write((greet ?: accepted(head)).toByteArray())
                    if (greet == null) Line(input, output).act()
                }
            }
        }
    }

    private fun line(input: DataInputStream): String =
        generateSequence { input.readByte().toInt().toChar().takeIf { it != '\n' } }.joinToString("").trimEnd('\r')

    private fun accepted(head: List<String>): String {
        val key = head.first { it.startsWith("Sec-WebSocket-Key:", ignoreCase = true) }.substringAfter(":").trim()
        val digest = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).toByteArray())
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            "Sec-WebSocket-Accept: ${Base64.getEncoder().encodeToString(digest)}\r\n\r\n"
    }

    override fun close() = listener.close()

    internal class Line(private val input: DataInputStream, private val output: DataOutputStream) {
        fun text(text: String) = frame(TEXT, text.toByteArray())

        fun binary(bytes: ByteArray) = frame(BINARY, bytes)

        /** Says goodbye, and waits until the other end has done so. */
        fun goodbye(code: Int) {
            frame(CLOSE, byteArrayOf((code shr 8).toByte(), code.toByte()))
            silent()
        }

        /** Says nothing until the other end is gone. */
        fun silent() {
            input.readAllBytes()
        }

        private fun frame(kind: Int, bytes: ByteArray) {
            output.writeByte(LAST or kind)
            when {
                bytes.size < 126 -> output.writeByte(bytes.size)
                bytes.size < 1 shl 16 -> {
                    output.writeByte(126)
                    output.writeShort(bytes.size)
                }
                else -> {
                    output.writeByte(127)
                    output.writeLong(bytes.size.toLong())
                }
            }
            output.write(bytes)
            output.flush()
        }
    }

    private companion object {
        const val MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        const val LAST = 0x80
        const val TEXT = 1
        const val BINARY = 2
        const val CLOSE = 8
    }
}
