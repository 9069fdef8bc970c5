import Foundation
import FoundationNetworking

/// The service, started for one test, with its users. It ends with this object.
final class Demo {
    /// A service refuses with `clock` what was signed in its first six seconds. They are over when its clock, and that of the
    /// phones beside it, is ahead by so many.
    static let ahead = 7

    struct Told: Decodable {
        let service: String
        let control: String
        let password: String
        let users: [String]
    }

    let told: Told
    private let process = Process()

    init() throws {
        let built = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../target/debug/demo")
        let output = Pipe()
        process.executableURL = built.standardized
        process.arguments = ["--port", "0", "--json"]
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NotThere(description: "the demo ended at once") }
            line += more
        }
        told = try JSONDecoder().decode(Told.self, from: line)
    }

    func letItsFirstSecondsPass() async throws {
        guard let clock = URL(string: told.control + "/clock") else { throw NotThere(description: told.control) }
        var request = URLRequest(url: clock)
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"seconds": \#(Self.ahead)}"#.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (_, answer) = try await URLSession.shared.data(for: request)
        guard (answer as? HTTPURLResponse)?.statusCode == 204 else { throw NotThere(description: "\(answer)") }
    }

    deinit {
        // It inherits that all other signals wait.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
