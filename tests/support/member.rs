//! One member of a replica set, as far as the driver asks: it greets in a role that can be changed,
//! finds nothing, and counts what it is asked and told to write. No real server can be told to play
//! a role.

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, deserialize_from_slice, doc, serialize_to_vec};

/// What it says of itself.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Role {
    /// The primary, in so many elections.
    Primary(u8),
    /// One that copies what this primary does.
    Secondary(SocketAddr),
    /// A server alone: what a member may say while it goes down.
    Alone,
}

struct State {
    address: SocketAddr,
    role: Mutex<Role>,
    /// Greetings in this role.
    greetings: AtomicUsize,
    inserts: AtomicUsize,
    finds: AtomicUsize,
    /// The others of its set.
    others: Mutex<Vec<SocketAddr>>,
}

pub(crate) struct Member(Arc<State>);

impl Member {
    /// Listens on a free port until the test binary ends.
    pub(crate) fn start(role: Role) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new(State {
            address: listener.local_addr().unwrap(),
            role: Mutex::new(role),
            greetings: AtomicUsize::new(0),
            inserts: AtomicUsize::new(0),
            finds: AtomicUsize::new(0),
            others: Mutex::default(),
        });
        let own = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = Arc::clone(&own);
                std::thread::spawn(move || while own.answer(&stream).is_some() {});
            }
        });
        Self(state)
    }

    /// A primary, and a secondary of the same set.
    pub(crate) fn pair() -> (Self, Self) {
        let primary = Self::start(Role::Primary(1));
        let secondary = Self::start(Role::Secondary(primary.0.address));
        *primary.0.others.lock().unwrap() = vec![secondary.0.address];
        *secondary.0.others.lock().unwrap() = vec![primary.0.address];
        (primary, secondary)
    }

    /// Its only member, looked at as often as the driver can.
    pub(crate) fn uri(&self) -> String {
        format!("mongodb://{}/?heartbeatFrequencyMS=500", self.0.address)
    }

    /// Takes a role.
    pub(crate) fn play(&self, role: Role) {
        let mut own = self.0.role.lock().unwrap();
        *own = role;
        self.0.greetings.store(0, Ordering::SeqCst);
    }

    /// How often it has greeted in this role.
    pub(crate) fn greetings(&self) -> usize {
        self.0.greetings.load(Ordering::SeqCst)
    }

    /// How often it was asked for documents.
    pub(crate) fn finds(&self) -> usize {
        self.0.finds.load(Ordering::SeqCst)
    }

    /// How often it was told to insert something.
    pub(crate) fn inserts(&self) -> usize {
        self.0.inserts.load(Ordering::SeqCst)
    }
}

impl State {
    /// One question and its answer; `None` at the end of the connection.
    fn answer(&self, mut stream: &TcpStream) -> Option<()> {
        let mut header = [0; 16];
        stream.read_exact(&mut header).ok()?;
        let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let mut body = vec![0; number(0) as usize - header.len()];
        stream.read_exact(&mut body).ok()?;
        // A question of the old form carries flags, a name that ends with zero, and two numbers.
        let old = number(12) == 2004;
        let start = if old {
            4 + body[4..].iter().position(|byte| *byte == 0)? + 1 + 8
        } else {
            5
        };
        let length = u32::from_le_bytes(body[start..start + 4].try_into().unwrap()) as usize;
        let question: Document = deserialize_from_slice(&body[start..start + length]).unwrap();
        let reply = serialize_to_vec(&self.reply(&question)).unwrap();
        let (code, lead) = if old {
            (1_u32, [&[0; 16][..], &1_u32.to_le_bytes()].concat())
        } else {
            (2013, vec![0; 5])
        };
        let whole = u32::try_from(header.len() + lead.len() + reply.len()).unwrap();
        let words = [whole, 0, number(4), code].map(u32::to_le_bytes).concat();
        stream.write_all(&[words, lead, reply].concat()).ok()
    }

    fn reply(&self, question: &Document) -> Document {
        let (name, of) = question.iter().next().unwrap();
        match name.as_str() {
            "hello" | "isMaster" | "ismaster" => self.greeting(),
            "find" => {
                self.finds.fetch_add(1, Ordering::SeqCst);
                let of = format!("x.{}", of.as_str().unwrap());
                doc! { "cursor": { "id": 0_i64, "ns": of, "firstBatch": [] }, "ok": 1 }
            }
            "insert" => {
                self.inserts.fetch_add(1, Ordering::SeqCst);
                doc! { "n": 1, "ok": 1 }
            }
            _ => doc! { "ok": 1 },
        }
    }

    fn greeting(&self) -> Document {
        let role = *self.role.lock().unwrap();
        let writable = !matches!(role, Role::Secondary(_));
        let mut greeting = doc! {
            "helloOk": true, "isWritablePrimary": writable, "ismaster": writable, "ok": 1,
            "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 21,
            "logicalSessionTimeoutMinutes": 30, "readOnly": false,
        };
        self.greetings.fetch_add(1, Ordering::SeqCst);
        let primary = match role {
            Role::Alone => return greeting,
            Role::Primary(_) => self.address,
            Role::Secondary(primary) => primary,
        };
        let mut hosts = vec![self.address.to_string()];
        hosts.extend(
            self.others
                .lock()
                .unwrap()
                .iter()
                .map(SocketAddr::to_string),
        );
        greeting.extend(doc! {
            "setName": "rs", "setVersion": 1, "hosts": hosts, "me": self.address.to_string(),
            "primary": primary.to_string(), "secondary": !writable,
        });
        if let Role::Primary(election) = role {
            let election = ObjectId::from_bytes([0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, election]);
            greeting.insert("electionId", election);
        }
        greeting
    }
}
