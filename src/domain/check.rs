//! What the doctor finds: one check a step of the way to each store.

/// One step of the doctor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// Which step.
    pub step: Step,
    /// How it went.
    pub verdict: CheckVerdict,
    /// What was seen, or the cause.
    pub said: String,
    /// What to do about it; empty when there is nothing to do.
    pub next: String,
}

impl Check {
    /// A check with its cause and what to do about it.
    #[must_use]
    pub fn new(
        step: Step,
        verdict: CheckVerdict,
        said: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            step,
            verdict,
            said: said.into(),
            next: next.into(),
        }
    }

    /// As it should be.
    #[must_use]
    pub fn ok(step: Step, said: impl Into<String>) -> Self {
        Self::new(step, CheckVerdict::Ok, said, "")
    }

    /// Usable, and something to look at.
    #[must_use]
    pub fn warn(step: Step, said: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(step, CheckVerdict::Warn, said, next)
    }

    /// Broken.
    #[must_use]
    pub fn failed(step: Step, said: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(step, CheckVerdict::Failed, said, next)
    }

    /// Not reached, or it does not apply.
    #[must_use]
    pub fn skipped(step: Step, said: impl Into<String>) -> Self {
        Self::new(step, CheckVerdict::Skipped, said, "")
    }

    /// A way to write that is set and can't be used; one that nobody asked for is passed over.
    #[must_use]
    pub fn unfit(said: impl Into<String>) -> Self {
        let next = "set it right, or take it out: then this session only reads";
        Self::failed(Step::WriteWay, said, next)
    }
}

/// How a step went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckVerdict {
    /// As it should be.
    Ok,
    /// Usable, but look at it.
    Warn,
    /// Broken.
    Failed,
    /// Not reached, or does not apply.
    Skipped,
}

impl CheckVerdict {
    /// The name in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// The steps of the doctor, in order, with their names in JSON output and on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The host's name becomes an address.
    MongoDns,
    /// The port accepts.
    MongoTcp,
    /// The TLS handshake, where TLS is asked for.
    MongoTls,
    /// The login.
    MongoAuth,
    /// The login may read.
    MongoRights,
    /// The database has collections.
    MongoDatabase,
    /// The login may write (asked for, never tried).
    MongoWrite,
    /// The node's host and port accept.
    KvReach,
    /// It speaks JSON-RPC as a KV node.
    KvNode,
    /// Which of the node's methods exist.
    KvMethods,
    /// The stream is held.
    KvStream,
    /// How far it has replayed.
    KvReplay,
    /// The codec seen in stored values.
    KvCodec,
    /// No transaction holds the node up.
    KvWaiting,
    /// Everything that writing needs is named.
    WriteWay,
    /// The program that writes is there and recent enough.
    WriteClient,
    /// The chain answers, and the wallet has funds.
    WriteChain,
    /// The storage nodes answer, and belong to that chain.
    WriteStorage,
    /// The wallet may write to the stream.
    WriteRights,
    /// The program that writes reads the same as this one.
    WriteReading,
    /// No write of an earlier run is open.
    WriteOpen,
}

impl Step {
    /// The name in JSON output and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MongoDns => "mongo dns",
            Self::MongoTcp => "mongo tcp",
            Self::MongoTls => "mongo tls",
            Self::MongoAuth => "mongo auth",
            Self::MongoRights => "mongo rights",
            Self::MongoDatabase => "mongo database",
            Self::MongoWrite => "mongo write",
            Self::KvReach => "kv reach",
            Self::KvNode => "kv node",
            Self::KvMethods => "kv methods",
            Self::KvStream => "kv stream",
            Self::KvReplay => "kv replay",
            Self::KvCodec => "kv codec",
            Self::KvWaiting => "kv waiting",
            Self::WriteWay => "write way",
            Self::WriteClient => "write client",
            Self::WriteChain => "write chain",
            Self::WriteStorage => "write storage",
            Self::WriteRights => "write rights",
            Self::WriteReading => "write reading",
            Self::WriteOpen => "write open",
        }
    }
}
