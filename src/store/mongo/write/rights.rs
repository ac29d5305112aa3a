//! The doctor's step for writing: what the login may do, asked for and never tried.

use std::collections::BTreeSet;

use mongodb::bson::{Document as Answer, doc};

use super::MongoWriter;
use crate::domain::Collection;
use crate::store::port::{Check, CheckVerdict, Step};

/// What a writer needs, by the server's names of actions.
pub(super) const NEEDED: [&str; 4] = ["find", "insert", "update", "remove"];

const STEP: Step = Step::MongoWrite;

impl MongoWriter {
    /// Whether this is a primary and the login may write to this database.
    pub(super) async fn check_rights(&self) -> Check {
        let call = self.reader.call("asking what the login may write");
        let limit = self.reader.limits.timeout;
        let asking = async {
            let database = self.reader.open().await?;
            let hello = database.run_command(doc! { "hello": 1 }).await?;
            let status = doc! { "connectionStatus": 1, "showPrivileges": true };
            Ok((hello, database.run_command(status).await?))
        };
        let (hello, status) = match self.reader.within(limit, &call, asking).await {
            Ok(answers) => answers,
            Err(error) => {
                return Check::new(STEP, CheckVerdict::Skipped, error.message, error.hint);
            }
        };
        if hello.get_bool("isWritablePrimary").is_ok_and(|yes| !yes) {
            let next = "connect to the primary: name the replica set, without directConnection";
            return Check::failed(STEP, "this server is not the primary", next);
        }
        let names = match self.reader.list_collections(&self.reader.database).await {
            Ok(entries) => entries.into_iter().filter(|entry| !entry.derived).collect(),
            Err(_) => Vec::new(),
        };
        let names: Vec<Collection> = names.into_iter().map(|entry| entry.name).collect();
        judge(&self.reader.database, &names, &status)
    }
}

/// What the answer to `connectionStatus` says about writing to a database with these collections.
pub(super) fn judge(database: &str, names: &[Collection], status: &Answer) -> Check {
    let nothing = Answer::new();
    let info = status.get_document("authInfo").unwrap_or(&nothing);
    if info.get_array("authenticatedUsers").map_or(0, Vec::len) == 0 {
        let said = "there is no login, so the server does not say what may be written";
        return Check::skipped(STEP, said);
    }
    let privileges = info.get_array("authenticatedUserPrivileges");
    let privileges = privileges.map_or(&[][..], |all| &all[..]);
    let privileges: Vec<&Answer> = privileges.iter().filter_map(|p| p.as_document()).collect();
    // Who is logged in may do something; none at all is a server that does not say.
    if privileges.is_empty() {
        let said = "the server does not say what the login may write";
        return Check::skipped(STEP, said);
    }
    let lacking = lacking(&privileges, database, None);
    if lacking.is_empty() {
        let said = format!("may insert, update and remove in {database}");
        return Check::ok(STEP, said);
    }
    let next = format!("ask for the role `readWrite` on {database}");
    let open = |name: &&Collection| self::lacking(&privileges, database, Some(name)).is_empty();
    let (open, closed): (Vec<_>, Vec<_>) = names.iter().partition(open);
    if open.is_empty() {
        let lacking = lacking.join(", ");
        let said = format!("may not write to {database}: the login lacks {lacking}");
        return Check::failed(STEP, said, next);
    }
    if closed.is_empty() {
        let said = format!("may write to every collection that {database} has now");
        return Check::ok(STEP, said);
    }
    let closed: Vec<&str> = closed.iter().map(|name| name.as_str()).collect();
    let said = format!(
        "may write to {}, but not to {}",
        open.len(),
        closed.join(", ")
    );
    Check::warn(STEP, said, next)
}

/// The needed actions that these privileges do not give, for one collection or for all.
fn lacking(
    privileges: &[&Answer],
    database: &str,
    collection: Option<&Collection>,
) -> Vec<&'static str> {
    let given: BTreeSet<&str> = privileges
        .iter()
        .filter(|privilege| covers(privilege, database, collection))
        .filter_map(|privilege| privilege.get_array("actions").ok())
        .flat_map(|actions| actions.iter().filter_map(|action| action.as_str()))
        .collect();
    let needed = NEEDED.into_iter();
    needed
        .filter(|action| !given.contains(action) && !given.contains("anyAction"))
        .collect()
}

/// Whether a privilege is for this collection; without one, for all of the database. An empty name
/// in a resource stands for all.
fn covers(privilege: &Answer, database: &str, collection: Option<&Collection>) -> bool {
    let Ok(resource) = privilege.get_document("resource") else {
        return false;
    };
    if resource.get_bool("anyResource").is_ok_and(|yes| yes) {
        return true;
    }
    let (Ok(db), Ok(name)) = (resource.get_str("db"), resource.get_str("collection")) else {
        return false;
    };
    let same = |name: &str| collection.is_some_and(|collection| collection.as_str() == name);
    (db.is_empty() || db == database) && (name.is_empty() || same(name))
}
