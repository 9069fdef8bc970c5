package styrk.authenticator.shell

import styrk.authenticator.core.Event
import java.util.Base64

/**
 * Web Push on this phone: UnifiedPush and its distributor. Addresses and pushes come to the runner as events: the endpoint as
 * `AddressTold`, its end as `AddressGone`, a message as `WakeArrived` with the whole of what was decrypted.
 */
interface Subscriptions {
    /**
     * Registers the instance [account] with the VAPID key [key], or registers it again. The user chooses a distributor
     * before; without one nothing is done.
     */
    fun subscribe(account: String, key: String)

    /** Ends the instance; where there is none, it is done. */
    fun unsubscribe(account: String)

    /** Of an app without Web Push. */
    object None : Subscriptions {
        override fun subscribe(account: String, key: String) = Unit
        override fun unsubscribe(account: String) = Unit
    }
}

/** The wake in what FCM brought as `data`; `null` when there is none, and nothing to tell. */
fun wakeIn(data: Map<String, String>): Event.WakeArrived? = data["w"]?.let { text ->
    runCatching { Event.WakeArrived(Base64.getUrlDecoder().decode(text)) }.getOrNull()
}
