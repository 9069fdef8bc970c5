package styrk.authenticator.shell

import styrk.authenticator.core.Event
import styrk.authenticator.core.PushAddress

/**
 * The same event with text that can cross to the core. A string of Kotlin can hold half a character, from a bad QR code,
 * the clipboard or another app, which the generated code answers with an exception.
 */
internal fun Event.wellFormed(): Event = when (this) {
    is Event.SocketText -> copy(text = text.wellFormed())
    is Event.CodeTyped -> Event.CodeTyped(login.wellFormed(), code.wellFormed(), server.wellFormed())
    is Event.QrScanned -> copy(text = text.wellFormed())
    is Event.PictureRead -> copy(text = text?.wellFormed())
    is Event.LinkOpened -> copy(text = text.wellFormed())
    is Event.AddressTold -> copy(address = address.wellFormed())
    is Event.NumberEntered -> copy(number = number.wellFormed())
    else -> this
}

/** A distributor is another app. */
private fun PushAddress.wellFormed(): PushAddress = when (this) {
    is PushAddress.Apns -> copy(topic = topic.wellFormed())
    is PushAddress.Fcm -> copy(token = token.wellFormed())
    is PushAddress.WebPush -> copy(
        account = account.wellFormed(),
        endpoint = endpoint.wellFormed(),
        p256dh = p256dh.wellFormed(),
        auth = auth.wellFormed(),
    )
}

private fun String.wellFormed(): String = String(toByteArray())
