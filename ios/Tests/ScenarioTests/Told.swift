import AuthenticatorCore
import Foundation

/// What the core is told. Each is written again and must then be what was read, so that no member is passed over.
extension Config {
    init(_ json: JSON) throws {
        self.init(
            app: try json.required("app").text(),
            model: try json.required("model").text(),
            system: try json.required("system").text(),
            allowLoopbackHttp: try json.required("allow_loopback_http").flag()
        )
        try check(self, wasReadFrom: json)
    }
}

extension Event {
    init(_ json: JSON) throws {
        func text(_ name: String) throws -> String { try json.required(name).text() }
        func number(_ name: String) throws -> UInt64 { try json.required(name).number() }
        func bytes(_ name: String) throws -> Data { try json.required(name).bytes() }
        let kind = try text("kind")
        switch kind {
        case "launched": self = .launched
        case "foregrounded": self = .foregrounded
        case "backgrounded": self = .backgrounded
        case "refresh": self = .refresh
        case "network_back": self = .networkBack
        case "wake_arrived": self = .wakeArrived(bytes: try bytes("bytes"))
        case "address_told": self = .addressTold(address: try PushAddress(json.required("address")))
        case "address_gone": self = .addressGone(way: try PushWay(json.required("way")))
        case "timer_fired": self = .timerFired(timer: try number("timer"))
        case "socket_text": self = .socketText(socket: try number("socket"), text: try text("text"))
        case "socket_binary": self = .socketBinary(socket: try number("socket"), bytes: try bytes("bytes"))
        case "socket_closed":
            self = .socketClosed(socket: try number("socket"), code: try json.optional("code") { try $0.number() })
        case "add_account": self = .addAccount
        case "choose_scan": self = .chooseScan
        case "choose_link": self = .chooseLink
        case "choose_typed": self = .chooseTyped
        case "code_typed":
            self = .codeTyped(login: try text("login"), code: try text("code"), server: try text("server"))
        case "qr_scanned": self = .qrScanned(text: try text("text"))
        case "picture_read": self = .pictureRead(text: try json.optional("text") { try $0.text() })
        case "camera_refused": self = .cameraRefused
        case "link_opened": self = .linkOpened(text: try text("text"))
        case "confirmed": self = .confirmed
        case "number_entered": self = .numberEntered(number: try text("number"))
        case "approve": self = .approve
        case "cancel_sign_in": self = .cancelSignIn
        case "not_me": self = .notMe
        case "open_request": self = .openRequest(request: try text("request"))
        case "open_account": self = .openAccount(account: try text("account"))
        case "remove_account": self = .removeAccount
        case "remove_confirmed": self = .removeConfirmed
        case "open_settings": self = .openSettings
        case "choose_language": self = .chooseLanguage(language: try json.optional("language") { try $0.text() })
        case "retry": self = .retry
        case "done": self = .done
        case "back": self = .back
        default: throw Malformed(description: "there is no event \(kind)")
        }
        try check(self, wasReadFrom: json)
    }
}

extension PushAddress {
    init(_ json: JSON) throws {
        func text(_ name: String) throws -> String { try json.required(name).text() }
        switch try text("kind") {
        case "apns":
            let sandbox = try text("environment") == "sandbox"
            let token = try json.required("token").bytes()
            self = .apns(token: token, environment: sandbox ? .sandbox : .production, topic: try text("topic"))
        case "fcm": self = .fcm(token: try text("token"))
        case "web_push":
            self = .webPush(
                account: try text("account"), endpoint: try text("endpoint"), p256dh: try text("p256dh"),
                auth: try text("auth"))
        case let kind: throw Malformed(description: "there is no address \(kind)")
        }
    }
}

extension PushWay {
    init(_ json: JSON) throws {
        switch try json.required("kind").text() {
        case "apns": self = .apns
        case "fcm": self = .fcm
        case "web_push": self = .webPush(account: try json.required("account").text())
        case let kind: throw Malformed(description: "there is no way \(kind)")
        }
    }
}

extension Outcome {
    init(_ json: JSON) throws {
        func bytes(_ name: String) throws -> Data { try json.required(name).bytes() }
        let kind = try json.required("kind").text()
        switch kind {
        case "keys_created": self = .keysCreated(device: try bytes("device"), approval: try bytes("approval"))
        case "signed": self = .signed(signature: try bytes("signature"))
        case "key_failed": self = .keyFailed(why: try KeyFailure(json.required("why")))
        case "http": self = .http(status: try json.required("status").number(), body: try bytes("body"))
        case "no_network": self = .noNetwork
        default: throw Malformed(description: "there is no outcome \(kind)")
        }
        try check(self, wasReadFrom: json)
    }
}

extension KeyFailure {
    init(_ json: JSON) throws {
        let all: [KeyFailure] = [.cancelled, .lockedOut, .invalidated, .noScreenLock, .failed]
        guard let failure = all.first(where: { form($0) == json }) else {
            throw Malformed(description: "there is no failure of keys \(json)")
        }
        self = failure
    }
}

private func check(_ told: Any, wasReadFrom json: JSON) throws {
    if let found = difference("\(type(of: told))", expected: json, actual: form(told)) {
        throw Malformed(description: "not read whole: \(found)")
    }
}
