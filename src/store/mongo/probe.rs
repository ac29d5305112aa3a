//! The doctor's steps: name, port, TLS, login, rights, database; each with a short limit of its own.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::future::IntoFuture as _;
use std::time::Duration;

use futures_util::future::join_all;
use mongodb::bson::doc;
use mongodb::options::{ClientOptions, HostInfo, ServerAddress, Tls};
use mongodb::{Client, Database};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::classify::classify;
use super::{Mongo, end};
use crate::domain::Catalog;
use crate::store::StoreError;
use crate::store::port::{Check, Entry, Step};

/// Other databases that are looked into when the wanted one is empty.
const OTHERS: usize = 8;

fn failed(step: Step, error: StoreError) -> Check {
    Check::failed(step, error.message, error.hint)
}

impl Mongo {
    /// Walks through the steps up to the first that fails.
    pub(super) async fn run_probe(&self) -> Vec<Check> {
        let mut done = Vec::new();
        // The error of a step ends the walk; it is a check like the others.
        if let Err(last) = self.walk_steps(&mut done).await {
            done.push(last);
        }
        done
    }

    async fn walk_steps(&self, done: &mut Vec<Check>) -> Result<(), Check> {
        let options = self.resolve().await?;
        done.push(self.look_up(&options.hosts).await?);
        done.push(self.reach(&options.hosts).await?);
        done.push(self.greet(&options).await?);
        done.push(self.log_in(&options).await?);
        let entries = self.may_read(done).await?;
        done.push(self.look_into(&entries).await);
        Ok(())
    }

    /// The hosts; of an SRV name, those that its records list.
    async fn resolve(&self) -> Result<ClientOptions, Check> {
        let call = self.call("resolving the name");
        let parsing = async { ClientOptions::parse(self.uri.clone()).await };
        let options = self.within(self.limits.connect, &call, parsing).await;
        let options = options.map_err(|error| failed(Step::MongoDns, error))?;
        Ok(self.tuned(options))
    }

    async fn look_up(&self, hosts: &[ServerAddress]) -> Result<Check, Check> {
        let limit = self.limits.connect;
        let found = join_all(hosts.iter().map(|host| addresses(host, limit))).await;
        let known = hosts.iter().zip(&found).filter_map(|(host, found)| {
            let found = found.as_ref()?;
            Some(format!("{host} is {}", found.join(", ")))
        });
        let known: Vec<String> = known.collect();
        let unknown = hosts
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_none());
        let unknown: Vec<String> = unknown.map(|(host, _)| host.to_string()).collect();
        let mut said = known.join("; ");
        if matches!(self.uri.host_info, HostInfo::DnsRecord(_)) {
            said = format!("the SRV record lists {} hosts: {said}", hosts.len());
        }
        let fault = Fault {
            who: unknown,
            what: "no address",
            next: "check the spelling of the host, and the name server",
        };
        fault.summary(Step::MongoDns, said, known.len())
    }

    async fn reach(&self, hosts: &[ServerAddress]) -> Result<Check, Check> {
        let limit = self.limits.connect;
        let tried = join_all(hosts.iter().map(|host| knock(host, limit))).await;
        let mut open = Vec::new();
        let mut closed = Vec::new();
        for (host, result) in hosts.iter().zip(tried) {
            match result {
                Ok(()) => open.push(host.to_string()),
                Err(why) => closed.push(format!("{host} ({why})")),
            }
        }
        let said = format!("{} accepts", open.join(", "));
        let fault = Fault {
            who: closed,
            what: "no connection",
            next: "is MongoDB running there? check the port and any firewall",
        };
        fault.summary(Step::MongoTcp, said, open.len())
    }

    /// The first words of the protocol, over TLS where it is asked for, without the login.
    async fn greet(&self, options: &ClientOptions) -> Result<Check, Check> {
        let step = Step::MongoTls;
        let mut anonymous = options.clone();
        anonymous.credential = None;
        let call = self.call("greeting the server");
        let client = Client::with_options(anonymous);
        let client = client.map_err(|error| failed(step, classify(&error, &call)))?;
        let admin = client.database("admin");
        let greeting = admin.run_command(doc! { "hello": 1 }).into_future();
        let hello = self.within(self.limits.connect, &call, greeting).await;
        end(client).await;
        let wants_tls = matches!(options.tls, Some(Tls::Enabled(_)));
        match hello {
            Ok(_) if wants_tls => Ok(Check::ok(
                step,
                "the handshake is done, the certificate is trusted",
            )),
            Ok(_) => Ok(Check::skipped(
                step,
                "not asked for; the connection is not encrypted",
            )),
            Err(error) if wants_tls => Err(failed(step, error)),
            Err(error) => {
                let next = "is this MongoDB's port? if the server wants TLS, add tls=true";
                Err(failed(step, error.hint(next)))
            }
        }
    }

    async fn log_in(&self, options: &ClientOptions) -> Result<Check, Check> {
        let step = Step::MongoAuth;
        self.ask_ping().await.map_err(|error| failed(step, error))?;
        let Some(credential) = &options.credential else {
            return Ok(Check::skipped(step, "no login in the connection string"));
        };
        let user = credential
            .username
            .as_deref()
            .unwrap_or("the certificate's owner");
        let source = credential.source.as_deref().unwrap_or("admin");
        Ok(Check::ok(
            step,
            format!("logged in as {user} (of {source})"),
        ))
    }

    /// Lists the collections and reads one document of the first.
    async fn may_read(&self, done: &mut Vec<Check>) -> Result<Vec<Entry>, Check> {
        let step = Step::MongoRights;
        let entries = self.list_collections(&self.database).await;
        let entries = entries.map_err(|error| failed(step, error))?;
        let mut shown = entries.iter().filter(|entry| !is_helper(entry));
        let Some(first) = shown.find(|entry| !entry.derived) else {
            done.push(Check::ok(step, "may list the collections"));
            return Ok(entries);
        };
        let call = self.call(format!("reading {}", first.name));
        let reading = async {
            let database: Database = self.open().await?;
            let handle = database.collection::<mongodb::bson::RawDocumentBuf>(first.name.as_str());
            handle.find_one(doc! {}).await
        };
        let read = self.within(self.limits.timeout, &call, reading).await;
        read.map_err(|error| failed(step, error))?;
        done.push(Check::ok(
            step,
            format!("may list the collections and read {}", first.name),
        ));
        Ok(entries)
    }

    /// Whether anything is there; if not, where something is.
    async fn look_into(&self, entries: &[Entry]) -> Check {
        let (step, name) = (Step::MongoDatabase, &self.database);
        if !entries.is_empty() {
            let helpers = entries.iter().filter(|entry| is_helper(entry)).count();
            let said = format!("{name} has {}", collections(entries.len()));
            return Check::ok(step, said + &and_helpers(helpers));
        }
        let others = self.others().await;
        if others.is_empty() {
            let next = "check the name of the database; has the service written anything yet?";
            let said = format!("{name} has no collections; nor is another database to be seen");
            return Check::warn(step, said, next);
        }
        let there = others
            .iter()
            .map(|(other, count)| format!("{other} with {}", collections(*count)));
        let there = there.collect::<Vec<_>>().join(", ");
        let said = format!("{name} has no collections; there is {there}");
        let next = format!("use --database {}", others[0].0);
        Check::warn(step, said, next)
    }

    /// Other databases that hold something, the likeliest first, as far as the login may know.
    async fn others(&self) -> Vec<(String, usize)> {
        let call = self.call("listing the databases");
        let listing = async {
            let client = self.client().await?;
            client
                .list_database_names()
                .authorized_databases(true)
                .await
        };
        let names = self.within(self.limits.connect, &call, listing).await;
        let internal = ["admin", "local", "config", self.database.as_str()];
        let mut names: Vec<String> = names.unwrap_or_default();
        names.retain(|name| !internal.contains(&name.as_str()));
        names.sort_by_key(|name| Reverse(letters_in_common(name, &self.database)));
        names.truncate(OTHERS);
        let counts = join_all(names.iter().map(|name| self.list_collections(name))).await;
        let counts = counts
            .into_iter()
            .map(|entries| entries.map_or(0, |e| e.len()));
        let others = names.into_iter().zip(counts);
        others.filter(|(_, count)| *count > 0).collect()
    }
}

/// At both ends, for a misspelt name.
fn letters_in_common(one: &str, other: &str) -> usize {
    let equal = |(a, b): &(u8, u8)| a == b;
    let front = one.bytes().zip(other.bytes()).take_while(equal).count();
    let back = one.bytes().rev().zip(other.bytes().rev());
    front + back.take_while(equal).count()
}

fn collections(count: usize) -> String {
    match count {
        1 => "1 collection".to_owned(),
        _ => format!("{count} collections"),
    }
}

/// Whether the lists leave it out unless asked for all.
fn is_helper(entry: &Entry) -> bool {
    Catalog::builtin().hides(&entry.name)
}

fn and_helpers(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", one of them a helper that is not shown".to_owned(),
        _ => format!(", {count} of them helpers that are not shown"),
    }
}

/// What is wrong with some hosts.
struct Fault {
    who: Vec<String>,
    what: &'static str,
    next: &'static str,
}

impl Fault {
    /// The check: all hosts are good, or some, or none.
    fn summary(self, step: Step, said: String, good: usize) -> Result<Check, Check> {
        if self.who.is_empty() {
            return Ok(Check::ok(step, said));
        }
        let fault = format!("{}: {}", self.what, self.who.join(", "));
        if good == 0 {
            return Err(Check::failed(step, fault, self.next));
        }
        let said = format!("{said}; {fault}");
        Ok(Check::warn(step, said, self.next))
    }
}

async fn addresses(host: &ServerAddress, limit: Duration) -> Option<Vec<String>> {
    let ServerAddress::Tcp { host, port } = host else {
        return Some(vec!["a file on this machine".to_owned()]);
    };
    let name = (host.as_str(), port.unwrap_or(27_017));
    let found = timeout(limit, lookup_host(name)).await.ok()?.ok()?;
    let found: BTreeSet<String> = found.map(|address| address.ip().to_string()).collect();
    (!found.is_empty()).then(|| found.into_iter().collect())
}

async fn knock(host: &ServerAddress, limit: Duration) -> Result<(), &'static str> {
    let ServerAddress::Tcp { host, port } = host else {
        // The next step opens it.
        return Ok(());
    };
    match timeout(
        limit,
        TcpStream::connect((host.as_str(), port.unwrap_or(27_017))),
    )
    .await
    {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Err("refused"),
        Ok(Err(_)) => Err("unreachable"),
        Err(_) => Err("no answer in time"),
    }
}
