// swift-tools-version:6.0
import PackageDescription

// The core's surface in Swift. Whoever links it brings the library: `cargo build -p authenticator-library`.
let package = Package(
    name: "AuthenticatorCore",
    products: [.library(name: "AuthenticatorCore", targets: ["AuthenticatorCore"])],
    targets: [
        .target(
            name: "AuthenticatorCoreFFI",
            linkerSettings: [.linkedLibrary("authenticator")]
        ),
        .target(name: "AuthenticatorCore", dependencies: ["AuthenticatorCoreFFI"]),
    ],
    swiftLanguageModes: [.v6]
)
