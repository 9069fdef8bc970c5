import Foundation
import FoundationNetworking

/// A page has not what was looked for.
struct NotThere: Error, CustomStringConvertible {
    let description: String
}

/// What a browser without scripts sees: text, links, forms.
struct Page {
    let address: String
    let html: String

    /// The enrolment link, which is beside the QR code.
    func link() throws -> String {
        try find(/href="([^"]*\/e#[^"]*)"/)
    }

    func number() throws -> String {
        try find(/id="number">.*?<\/span>\s*([0-9]{2,8})/)
    }

    /// The error code at the bottom of a page that tells of an end.
    func code() throws -> String {
        try find(/Error code (\w+)/)
    }

    /// Where the page hears news.
    func wait() throws -> String {
        try find(/data-wait="([^"]*)"/)
    }

    /// The inputs of the form with this action, as they stand.
    func form(_ action: String) throws -> [String: String] {
        guard let start = html.range(of: #"action="\#(action)""#) else { throw missing("form to \(action)") }
        let form = html[start.upperBound...]
        let inputs = form[..<(form.range(of: "</form>")?.lowerBound ?? form.endIndex)].matches(of: /<input ([^>]*)>/)
        var fields: [String: String] = [:]
        for input in inputs {
            guard let name = input.1.firstMatch(of: /\bname="([^"]*)"/)?.1 else { continue }
            fields[String(name)] = plain(input.1.firstMatch(of: /\bvalue="([^"]*)"/)?.1 ?? "")
        }
        return fields
    }

    private func find(_ pattern: Regex<(Substring, Substring)>) throws -> String {
        guard let found = html.firstMatch(of: pattern.dotMatchesNewlines()) else { throw missing("\(pattern)") }
        return plain(found.1)
    }

    private func missing(_ what: String) -> NotThere {
        NotThere(description: "\(address) has no \(what): \(html)")
    }
}

private func plain(_ html: Substring) -> String {
    String(html).replacing("&#x2f;", with: "/").replacing("&#38;", with: "&").replacing("&amp;", with: "&")
}

/// One browser. It keeps cookies and follows redirects itself: Foundation on Linux loses cookies that come with a redirect.
final class Visitor {
    private let service: String
    private var cookies: [String: String] = [:]
    private(set) var page = Page(address: "", html: "")

    init(service: String) {
        self.service = service
    }

    @discardableResult
    func open(_ path: String) async throws -> Page {
        page = try await load(path)
        return page
    }

    @discardableResult
    func submit(_ action: String, _ typed: [String: String] = [:]) async throws -> Page {
        page = try await load(action, form: page.form(action).merging(typed) { _, typed in typed })
        return page
    }

    @discardableResult
    func signIn(_ login: String, _ password: String) async throws -> Page {
        try await open("/apps")
        return try await submit("/sign-in", ["login": login, "password": password])
    }

    /// The link, for somebody who has just signed in and has no phone yet.
    func startEnrolment() async throws -> String {
        try await submit("/register/start").link()
    }

    /// The number of the test.
    func type(characters: String) async throws -> String {
        try await open("/register")
        return try await submit("/register/characters", ["characters": characters]).number()
    }

    /// Waits until the page has something to tell, as its script does, and goes there.
    func news() async throws -> Page {
        struct News: Decodable {
            let changed: Bool?
            let next: String?
        }
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let told = try JSONDecoder().decode(News.self, from: Data(try await load(page.wait(), json: true).html.utf8))
            if told.changed == true { return try await open(told.next ?? page.address) }
        }
        throw NotThere(description: "\(page.address) has no news")
    }

    private func load(_ path: String, form: [String: String]? = nil, json: Bool = false) async throws -> Page {
        guard let url = URL(string: path, relativeTo: URL(string: service)) else { throw NotThere(description: path) }
        var request = URLRequest(url: url, timeoutInterval: 60)
        request.setValue(service, forHTTPHeaderField: "Origin")
        request.setValue("en", forHTTPHeaderField: "Accept-Language")
        request.setValue(json ? "application/json" : "text/html", forHTTPHeaderField: "Accept")
        let sent = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        request.setValue(sent, forHTTPHeaderField: "Cookie")
        if let form {
            var parts = URLComponents()
            parts.queryItems = form.map { URLQueryItem(name: $0.key, value: $0.value) }
            request.httpMethod = "POST"
            request.httpBody = Data((parts.percentEncodedQuery ?? "").replacing("+", with: "%2B").utf8)
            request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        }
        let (body, answer) = try await Exchange.run(request)
        for cookie in (answer.value(forHTTPHeaderField: "Set-Cookie") ?? "").matches(of: /(?:^|, )([\w-]+)=([^;,]*);/) {
            cookies[String(cookie.1)] = String(cookie.2)
        }
        if let next = answer.value(forHTTPHeaderField: "Location") { return try await load(next) }
        return Page(address: url.absoluteString, html: String(decoding: body, as: UTF8.self))
    }
}

/// One request without redirects. Foundation on Linux asks only the delegate of a whole session about them.
private final class Exchange: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private var body = Data()
    private let ended: CheckedContinuation<(Data, HTTPURLResponse), any Error>

    private init(_ ended: CheckedContinuation<(Data, HTTPURLResponse), any Error>) {
        self.ended = ended
    }

    static func run(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        try await withCheckedThrowingContinuation { ended in
            let configuration = URLSessionConfiguration.ephemeral
            configuration.httpCookieStorage = nil
            let session = URLSession(configuration: configuration, delegate: Exchange(ended), delegateQueue: nil)
            session.dataTask(with: request).resume()
            session.finishTasksAndInvalidate()
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        body.append(data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let answer = task.response as? HTTPURLResponse {
            ended.resume(returning: (body, answer))
        } else {
            ended.resume(throwing: error ?? NotThere(description: "no answer"))
        }
    }
}
