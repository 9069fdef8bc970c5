import AuthenticatorCore
import Foundation

extension Event {
    /// The wake in what APNs brought; nothing when there is none, and nothing to tell.
    public static func wake(in userInfo: [AnyHashable: Any]) -> Event? {
        guard let text = userInfo["w"] as? String else { return nil }
        var base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        return Data(base64Encoded: base64).map { .wakeArrived(bytes: $0) }
    }

    /// What `didRegisterForRemoteNotificationsWithDeviceToken` was given, as the event that tells it.
    public static func registered(token: Data, environment: ApnsEnvironment, bundle: String) -> Event {
        .addressTold(address: .apns(token: token, environment: environment, topic: bundle))
    }
}
