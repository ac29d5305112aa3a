//! The layers: which module may name which others, and which crates.

/// What one module may name. The row with the longest matching `module` counts.
pub(super) struct Layer {
    /// Path below the crate; `task::spec` covers `task::spec::…` as well.
    pub(super) module: &'static str,
    /// Other modules of the crate.
    pub(super) inside: &'static [&'static str],
    /// Crates, or paths in a crate when only a part of it is meant. `std` is open to everybody.
    pub(super) outside: &'static [&'static str],
    /// Paths that are refused although a line above allows them, by their beginning or their end.
    pub(super) never: &'static [&'static str],
}

/// No files, network, processes, threads, environment or clock.
const IO: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
];

const DRIVERS: &[&str] = &["mongodb", "jsonrpsee"];

const STORE: &[&str] = &[
    "async_trait",
    "base64",
    "futures_util",
    "jiff",
    "jsonrpsee",
    "k256",
    "mongodb",
    "rustix",
    "secrecy",
    "serde",
    "serde_json",
    "thiserror",
    "tiny_keccak",
    "tokio",
    "tokio_util",
    "tracing",
];

pub(super) const LAYERS: &[Layer] = &[
    Layer {
        module: "domain",
        inside: &[],
        outside: &[
            "base64",
            "jiff",
            "serde",
            "serde_json",
            "thiserror",
            "unicode_segmentation",
            "unicode_width",
        ],
        never: IO,
    },
    Layer {
        module: "store",
        inside: &["domain"],
        outside: STORE,
        never: &[],
    },
    Layer {
        module: "store::port",
        inside: &["domain", "store"],
        outside: STORE,
        never: DRIVERS,
    },
    Layer {
        module: "store::error",
        inside: &["domain", "store"],
        outside: STORE,
        never: DRIVERS,
    },
    Layer {
        module: "store::memory",
        inside: &["domain", "store"],
        outside: STORE,
        never: DRIVERS,
    },
    // no `config` and no `secrecy`: a secret has no way into a file
    Layer {
        module: "journal",
        inside: &["domain"],
        outside: &[
            "crc32fast",
            "rustix",
            "serde_json",
            "tempfile",
            "thiserror",
            "uuid",
        ],
        never: &["std::env", "std::net", "std::process"],
    },
    Layer {
        module: "task",
        inside: &["domain", "store"],
        outside: &[
            "async_trait",
            "futures_util",
            "jiff",
            "thiserror",
            "tokio",
            "tokio_util",
            "tracing",
        ],
        never: &[
            "crate::store::mongo",
            "crate::store::kv",
            "crate::store::memory",
        ],
    },
    Layer {
        module: "task::spec",
        inside: &["domain", "task::event"],
        outside: &["serde", "thiserror"],
        never: IO,
    },
    Layer {
        module: "task::event",
        inside: &["domain", "task::spec"],
        outside: &["serde", "thiserror"],
        never: IO,
    },
    Layer {
        module: "app",
        inside: &["domain", "task::spec", "task::event"],
        outside: &[
            "base64",
            "jiff",
            "nucleo_matcher",
            "ratatui::layout",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "toml",
            "tui_textarea",
            "unicode_segmentation",
            "unicode_width",
        ],
        never: IO,
    },
    Layer {
        module: "ui",
        inside: &["app", "domain"],
        outside: &["ratatui"],
        // IO, and the terminal itself: what a picture shows of the time comes in with the `App`
        never: &[
            "ratatui::crossterm",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "Instant::now",
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
        ],
    },
    // reads themes; the files themselves are read above
    Layer {
        module: "ui::theme",
        inside: &["domain"],
        outside: &["ratatui", "strsim", "thiserror", "toml"],
        never: IO,
    },
    Layer {
        module: "tui",
        inside: &["app", "config", "domain", "journal", "task", "ui"],
        outside: &[
            "anyhow",
            "base64",
            "futures_util",
            "ratatui",
            "rustix",
            "serde_json",
            "tempfile",
            "thiserror",
            "tokio",
            "tokio_util",
            "tracing",
        ],
        never: &["std::net"],
    },
    Layer {
        module: "cli",
        inside: &["config", "domain", "journal", "task", "wiring"],
        outside: &[
            "anyhow",
            "base64",
            "clap",
            "clap_complete",
            "clap_mangen",
            "serde",
            "serde_json",
            "tempfile",
            "tokio",
            "tokio_util",
            "toml",
        ],
        never: &[],
    },
    Layer {
        module: "config",
        inside: &["domain"],
        outside: &[
            "directories",
            "jiff",
            // ends the commands that print secrets
            "rustix",
            "secrecy",
            "serde",
            "strsim",
            "tempfile",
            "thiserror",
            "toml",
            "tracing",
            "tracing_appender",
            "tracing_subscriber",
        ],
        never: &[],
    },
    Layer {
        module: "wiring",
        inside: &["config", "domain", "journal", "store", "task"],
        outside: &[
            "anyhow",
            "async_trait",
            "jiff",
            "secrecy",
            "serde_json",
            "tempfile",
            "tokio",
            "tokio_util",
            "tracing",
        ],
        never: DRIVERS,
    },
    // lib.rs lists the modules; main.rs is the one place that chooses between `tui` and `cli`
    Layer {
        module: "lib",
        inside: &[],
        outside: &[],
        never: &[],
    },
    Layer {
        module: "main",
        inside: &["cli", "config", "domain", "task", "tui", "wiring"],
        outside: &["anyhow", "clap", "tempfile", "tokio", "tracing"],
        never: &[],
    },
];
