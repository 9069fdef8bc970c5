// swift-tools-version:6.0
import PackageDescription

let core = Target.Dependency.product(name: "AuthenticatorCore", package: "swift")
let shell = Target.Dependency.target(name: "AuthenticatorShell")

#if os(Linux)
// What `cargo build` makes for this machine. Xcode gets the library with the project instead.
let built = Context.packageDirectory + "/../target/debug"
let library: [LinkerSetting] = [
    .unsafeFlags(["-L", built, "-Xlinker", "-rpath", "-Xlinker", built, "-Xlinker", "--allow-shlib-undefined"])
]
// Software keys, and a look at the memory.
let linux: [Target] = [
    .systemLibrary(name: "OpenSSL", path: "linux-ci/OpenSSL"),
    .systemLibrary(name: "Malloc", path: "linux-ci/Malloc"),
    .testTarget(name: "MemoryTests", dependencies: [core, "Malloc", "OpenSSL"], linkerSettings: library),
    .testTarget(name: "ServiceTests", dependencies: [core, shell, "OpenSSL"], linkerSettings: library),
]
#else
let library: [LinkerSetting] = []
let linux: [Target] = []
#endif

let package = Package(
    name: "Authenticator",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "AuthenticatorShell", targets: ["AuthenticatorShell"])],
    dependencies: [.package(path: "../bindings/swift")],
    targets: [
        .target(name: "AuthenticatorShell", dependencies: [core]),
        .testTarget(name: "ScenarioTests", dependencies: [core], linkerSettings: library),
        .testTarget(name: "BadLuckTests", dependencies: [core], linkerSettings: library),
        .testTarget(name: "ShellTests", dependencies: [core, shell], linkerSettings: library),
    ] + linux,
    swiftLanguageModes: [.v6]
)
