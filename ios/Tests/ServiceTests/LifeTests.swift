import AuthenticatorCore
import Foundation
import Testing

/// The shell against the running service: its own HTTP, its own sockets, keys outside the core.
@Suite(.serialized, .timeLimit(.minutes(2))) struct Life {
    let demo: Demo
    let phone = HandHeld()

    init() async throws {
        demo = try Demo()
        try await demo.letItsFirstSecondsPass()
    }

    @Test func theRightNumberSignsIn() async throws {
        try await enrol()
        let prompts = phone.keys.prompts.count
        let (visitor, number) = try await ask()
        try await phone.type(number)
        #expect(try await phone.result().mood == .good)
        #expect(try await visitor.news().address == demo.told.service + "/apps")
        #expect(phone.keys.prompts.count == prompts + 1)
    }

    @Test func aSignInIsCancelled() async throws {
        try await enrol()
        let (visitor, _) = try await ask()
        phone.tell(.cancelSignIn)
        #expect(try await visitor.news().code() == "denied")
        #expect(try await phone.result().mood == .neutral)
    }

    @Test func aSignInIsReported() async throws {
        try await enrol()
        let (visitor, _) = try await ask()
        phone.tell(.notMe)
        #expect(try await visitor.news().code() == "reported")
        #expect(try await phone.result().mood == .neutral)
    }

    @Test func oneWrongNumberEndsTheSignIn() async throws {
        try await enrol()
        let (visitor, number) = try await ask()
        let wrong = try #require(Int(number)) == 99 ? "98" : "99"
        try await phone.type(wrong)
        #expect(try await visitor.news().code() == "wrong_number")
        #expect(try await phone.result().mood == .bad)
    }

    @Test(arguments: [-10, 10])
    func aClockThatGoesWrongByTenMinutesIsHealed(minutes: Int) async throws {
        try await enrol()
        phone.setClock(off: minutes * 60)
        #expect(!phone.refusals.all.contains { $0.contains("clock") })
        phone.kill()
        try phone.start()
        let (visitor, number) = try await ask()
        try await phone.type(number)
        #expect(try await phone.result().mood == .good)
        #expect(try await visitor.news().address == demo.told.service + "/apps")
        #expect(phone.refusals.all.contains { $0.contains("clock") }, "the service saw nothing wrong")
    }

    @Test func aRequestWaitsForAnAppThatWasKilled() async throws {
        try await enrol()
        let (visitor, number) = try await ask()
        let request = try await phone.asked()
        phone.kill()
        try phone.start()
        #expect(try await phone.asked() == request)
        try await phone.type(number)
        #expect(try await phone.result().mood == .good)
        #expect(try await visitor.news().address == demo.told.service + "/apps")
        #expect(phone.keys.accounts.count == 1)
    }

    @Test func anAccountThatIsRemovedTakesItsKeysAlong() async throws {
        try await enrol()
        let account = try await phone.wait("row") { if case .accounts(let rows, _, _, _) = $0 { rows.first?.id } else { nil } }
        phone.tell(.openAccount(account: account), .removeAccount, .removeConfirmed)
        _ = try await phone.wait("empty list") {
            if case .accounts(let rows, _, _, _) = $0, rows.isEmpty { () } else { nil }
        }
        #expect(phone.keys.accounts == [])
    }

    /// As a person does it, with the phone in one hand and the page before them.
    private func enrol() async throws {
        try phone.start()
        #expect(try await phone.accounts() == [])
        let visitor = Visitor(service: demo.told.service)
        try await visitor.signIn(demo.told.users[0], demo.told.password)
        phone.tell(.addAccount, .chooseLink, .linkOpened(text: try await visitor.startEnrolment()))
        _ = try await phone.wait("question whether to add") { if case .confirm = $0 { () } else { nil } }
        phone.tell(.confirmed)
        let characters = try await phone.wait("characters") {
            if case .characters(_, let characters) = $0 { characters } else { nil }
        }
        let number = try await visitor.type(characters: characters)
        try await phone.asked()
        try await phone.type(number)
        #expect(try await phone.result().mood == .good)
        #expect(try await visitor.news().html.contains("Done!"))
        phone.tell(.done)
        #expect(try await phone.accounts() == [.ready])
    }

    /// Somebody signs in with the password. The page before them with its number; the phone has been woken and asks.
    private func ask() async throws -> (Visitor, number: String) {
        let visitor = Visitor(service: demo.told.service)
        let number = try await visitor.signIn(demo.told.users[0], demo.told.password).number()
        try await phone.asked()
        return (visitor, number)
    }
}
