//! What can be told of a configuration that names no MongoDB: no session can be made of it, and a
//! person who is still filling it in asks what the rest of it is good for. Only looks.

use std::path::Path;

use super::writing::{LOCKS, options};
use super::{NO_MONGO, NO_MONGO_NEXT, values};
use crate::config::Settings;
use crate::domain::check::{Check, CheckVerdict, Step};
use crate::store::error::StoreError;
use crate::store::kv;
use crate::store::port::ValueWriter as _;

/// The doctor's steps without MongoDB.
#[derive(Debug)]
pub struct Partly {
    /// In the order of a whole doctor.
    pub checks: Vec<Check>,
    /// Where values are read, for people, where that is named.
    pub values: Option<String>,
    /// How values are written, for people, where that is named.
    pub way: Option<String>,
}

/// Asks the value store and whatever writing needs; `state` is the state folder.
pub async fn partly(settings: &Settings, state: &Path) -> Partly {
    let mut partly = Partly {
        checks: vec![check(
            (Step::MongoDns, CheckVerdict::Failed),
            NO_MONGO,
            NO_MONGO_NEXT,
        )],
        values: None,
        way: None,
    };
    partly.look_at_values(settings).await;
    partly.look_at_writing(settings, state).await;
    partly
}

impl Partly {
    async fn look_at_values(&mut self, settings: &Settings) {
        let checks = match values(settings) {
            Ok(Ok(values)) => {
                self.values = Some(format!("{} {}", values.address(), values.stream()));
                values.probe().await
            }
            Ok(Err(why)) => {
                let next = "name one with --kv-node and --stream, or in the configuration";
                vec![check((Step::KvReach, CheckVerdict::Skipped), &why, next)]
            }
            Err(error) => vec![failed(Step::KvReach, &error)],
        };
        self.checks.extend(checks);
    }

    async fn look_at_writing(&mut self, settings: &Settings, state: &Path) {
        let step = Step::WriteWay;
        let checks = match options(settings, state.join(LOCKS)) {
            Err(why) => vec![check((step, CheckVerdict::Skipped), &why, "")],
            Ok(options) => match kv::Writer::new(&options) {
                Err(error) => vec![failed(step, &error)],
                Ok(writer) => {
                    let way = writer.described();
                    self.way = Some(format!("{}, encryption: {}", way.by, way.encryption));
                    writer.probe().await
                }
            },
        };
        self.checks.extend(checks);
    }
}

fn failed(step: Step, error: &StoreError) -> Check {
    check((step, CheckVerdict::Failed), &error.message, &error.hint)
}

fn check((step, verdict): (Step, CheckVerdict), said: &str, next: &str) -> Check {
    Check {
        step,
        verdict,
        said: said.to_owned(),
        next: next.to_owned(),
    }
}
