package styrk.authenticator.shell

import styrk.authenticator.core.Event

/**
 * The same event with text that can cross to the core. A string of Kotlin can hold half a character, from a bad QR code
 * or the clipboard, which the generated code answers with an exception.
 */
internal fun Event.wellFormed(): Event = when (this) {
    is Event.SocketText -> copy(text = text.wellFormed())
    is Event.CodeTyped -> Event.CodeTyped(login.wellFormed(), code.wellFormed(), server.wellFormed())
    is Event.QrScanned -> copy(text = text.wellFormed())
    is Event.PictureRead -> copy(text = text?.wellFormed())
    is Event.LinkOpened -> copy(text = text.wellFormed())
    is Event.NumberEntered -> copy(number = number.wellFormed())
    else -> this
}

private fun String.wellFormed(): String = String(toByteArray())
