//! Values from an emulated KV node that takes 10 ms for every request.
//!
//! What counts is how many requests' time a screenful of values takes, so the base is the smallest
//! request there is: version and size of one key.

use std::rc::Rc;
use std::time::Duration;

use dualscope::domain::codec::encode;
use dualscope::domain::{Codec, Key};
use dualscope::store::kv::{Options, Reader};
use dualscope::store::port::{Got, Values, Want};
use tokio::runtime::Runtime;

use crate::devnet::{self, KvNode};
use crate::parse::document;
use crate::report::{Bench, Run};
use crate::rounds::{Limit, Pair, Side};

pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "values/fifty-at-once",
        run: Run::Pair(at_once),
    },
    Bench {
        name: "values/fifty-one-by-one",
        run: Run::Pair(one_by_one),
    },
];

const COUNT: usize = 50;
const REQUEST: Duration = Duration::from_millis(10);
/// Numbers of the vector that make a value of 23 kB.
pub(crate) const VECTOR: u32 = 1160;

struct Setup {
    runtime: Runtime,
    reader: Reader,
    keys: Vec<Key>,
    _node: KvNode,
}

impl Setup {
    fn new() -> anyhow::Result<Rc<Self>> {
        let mut options = devnet::Options::holding(devnet::stream(1));
        options.delay = REQUEST;
        let node = KvNode::start(options)?;
        let value = encode(&document(VECTOR), Codec::Base64);
        let keys = (0..COUNT)
            .map(|n| format!("memcells:65f1c0ffee65f1c0ff{n:06x}").parse::<Key>())
            .collect::<Result<Vec<_>, _>>()?;
        for key in &keys {
            node.put(&key.to_string(), &value);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let reader = Reader::new(&node.url(), &Options::new(&devnet::stream(1).to_string()))?;
        let setup = Self {
            runtime,
            reader,
            keys,
            _node: node,
        };
        // connects, and asks once whether the stream is held
        setup.get(&setup.keys)?;
        Ok(Rc::new(setup))
    }

    /// The smallest request: version and size of one key.
    fn request(&self) -> anyhow::Result<()> {
        self.runtime
            .block_on(self.reader.heads(&self.keys[..1], None))?;
        Ok(())
    }

    fn get(&self, keys: &[Key]) -> anyhow::Result<()> {
        let wants: Vec<Want> = keys.iter().cloned().map(Want::latest).collect();
        let answers = self.runtime.block_on(self.reader.get(&wants))?;
        let decoded = answers.iter().filter(|answer| match answer {
            Ok(Got::Stored(stored)) => stored.full().is_some_and(|full| full.json().is_some()),
            _ => false,
        });
        anyhow::ensure!(decoded.count() == keys.len(), "a value did not come");
        Ok(())
    }

    fn get_each(&self) -> anyhow::Result<()> {
        self.keys
            .iter()
            .try_for_each(|key| self.get(std::slice::from_ref(key)))
    }
}

fn at_once() -> anyhow::Result<Pair> {
    let setup = Setup::new()?;
    let same = Rc::clone(&setup);
    Ok(Pair {
        base: Side::fallible("one request", move || setup.request()),
        ours: Side::fallible("50 values", move || same.get(&same.keys)),
        limit: Some(Limit::AtMost(3.0)),
    })
}

fn one_by_one() -> anyhow::Result<Pair> {
    let setup = Setup::new()?;
    let same = Rc::clone(&setup);
    Ok(Pair {
        base: Side::fallible("at once", move || setup.get(&setup.keys)),
        ours: Side::fallible("one by one", move || same.get_each()),
        limit: Some(Limit::AtLeast(15.0)),
    })
}
